package shared

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal"
)

// account is one member of a section's list of accounts.
type account struct {
	name  string
	value json.RawMessage
}

const accountsMember = "accounts"

// split takes the accounts out of a section, those that have a name. A section of
// another form stays whole.
func split(section json.RawMessage) (rest json.RawMessage, accounts []account) {
	var members map[string]json.RawMessage
	var list []json.RawMessage
	if json.Unmarshal(section, &members) != nil || json.Unmarshal(members[accountsMember], &list) != nil {
		return section, nil
	}
	for _, value := range list {
		var named struct{ Name string }
		if json.Unmarshal(value, &named) != nil || named.Name == "" {
			return section, nil
		}
		accounts = append(accounts, account{named.Name, value})
	}
	delete(members, accountsMember)
	rest, err := json.Marshal(members)
	if err != nil {
		return section, nil
	}
	return rest, accounts
}

// join puts accounts back, in their order.
func join(rest json.RawMessage, accounts []*part) json.RawMessage {
	members := map[string]json.RawMessage{}
	if len(rest) > 0 && json.Unmarshal(rest, &members) != nil {
		return rest
	}
	slices.SortFunc(accounts, func(a, b *part) int { return cmp.Compare(a.N, b.N) })
	list := make([]json.RawMessage, len(accounts))
	for i, one := range accounts {
		list[i] = one.value
	}
	members[accountsMember], _ = json.Marshal(list) // it was read from JSON
	whole, err := json.Marshal(members)
	if err != nil {
		return rest
	}
	return whole
}

// encode is a part as the bucket has it: a line of JSON that says what it is, then
// the value; one above the server's message limit is in the object store.
func (c *Cluster) encode(one *part) ([]byte, error) {
	value := one.value
	if limit := c.conn.MaxPayload(); limit > 0 && int64(len(value))+roomFor > limit {
		ctx, cancel := context.WithTimeout(context.Background(), askWithin)
		defer cancel()
		store, err := c.large(ctx)
		if err == nil {
			one.Object = nats.NewInbox()
			_, err = store.PutBytes(ctx, one.Object, value)
		}
		if err != nil {
			return nil, unreachable("state", err)
		}
		value = nil
	}
	head, err := json.Marshal(one)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return append(append(head, '\n'), value...), nil
}

// decode reads a key's value; nil for one that is no part of a state.
func (c *Cluster) decode(ctx context.Context, entry js.KeyValueEntry) (*part, error) {
	head, value, ok := bytes.Cut(entry.Value(), []byte("\n"))
	one := &part{value: value}
	if !ok || entry.Operation() != js.KeyValuePut || json.Unmarshal(head, one) != nil || one.Section == "" {
		return nil, nil
	}
	if one.Object == "" {
		return one, nil
	}
	store, err := c.large(ctx)
	if err == nil {
		one.value, err = store.GetBytes(ctx, one.Object)
	}
	if err != nil {
		return nil, unreachable("state", err)
	}
	return one, nil
}

// large is where values are that are too large for a message.
func (c *Cluster) large(ctx context.Context) (js.ObjectStore, error) {
	return c.js.CreateOrUpdateObjectStore(ctx, js.ObjectStoreConfig{Bucket: c.o.Address.Prefix + "-large", Replicas: c.replicas})
}

// forgetLarge removes the large value of a part that no key names any more. One
// that stays costs room and nothing else.
func (c *Cluster) forgetLarge(was *part) {
	if was == nil || was.Object == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	if store, err := c.large(ctx); err == nil {
		_ = store.Delete(ctx, was.Object)
	}
}

func unreachable(what string, err error) error {
	return fmt.Errorf("%s: %w: %w", what, journal.ErrUnavailable, err)
}
