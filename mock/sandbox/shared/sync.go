package shared

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"
)

// syncing is what a server says of how it writes to its disk.
type syncing struct {
	Server struct {
		Name string `json:"name"`
	} `json:"server"`
	Data struct {
		Config *struct {
			SyncAlways bool `json:"sync_always"`
		} `json:"config"`
	} `json:"data"`
}

const (
	syncSubject  = "$SYS.REQ.SERVER.PING.JSZ"
	answersUntil = 500 * time.Millisecond // after the last one, there is no more
)

// askSync collects what the servers say; none when the account may not ask.
func (c *Cluster) askSync(ctx context.Context) (answers []syncing) {
	inbox := c.conn.NewRespInbox()
	sub, err := c.conn.SubscribeSync(inbox)
	if err != nil {
		return nil
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := c.conn.PublishMsg(&nats.Msg{Subject: syncSubject, Reply: inbox, Data: []byte(`{"config":true}`)}); err != nil {
		return nil
	}
	for {
		next, cancel := context.WithTimeout(ctx, answersUntil)
		m, err := sub.NextMsgWithContext(next)
		cancel()
		if err != nil {
			return answers
		}
		var one syncing
		if json.Unmarshal(m.Data, &one) == nil && one.Data.Config != nil {
			answers = append(answers, one)
		}
	}
}

// demandSync refuses servers of which one may lose what it confirmed.
func (c *Cluster) demandSync(ctx context.Context) error {
	answers := c.askSync(ctx)
	if len(answers) == 0 {
		return failed(nil, "--sync: this account of NATS cannot see whether its servers sync each write: let it import %s from the system account, or start without --sync", syncSubject)
	}
	for _, one := range answers {
		if !one.Data.Config.SyncAlways {
			return failed(nil, "--sync: the NATS server %s does not sync each write: set jetstream { sync_interval: always } there, or start without --sync", one.Server.Name)
		}
	}
	return nil
}
