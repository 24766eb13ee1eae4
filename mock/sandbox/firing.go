package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"

	"tacklebox/receiver/api"
)

// FireOption says more of an event that Running.Fire lets happen. A value that
// cannot be written as JSON fails the test.
type FireOption func(*api.Firing) error

// Set changes one path of the sample: Set("items.0.price", 12.5).
func Set(path string, value any) FireOption {
	return func(f *api.Firing) error { return put(&f.Set, path, value) }
}

// Unset removes paths of the sample.
func Unset(paths ...string) FireOption {
	return func(f *api.Firing) error {
		f.Unset = append(f.Unset, paths...)
		return nil
	}
}

// Merge changes the sample by a JSON merge patch (RFC 7396).
func Merge(patch any) FireOption {
	return func(f *api.Firing) (err error) {
		f.Merge, err = json.Marshal(patch)
		return err
	}
}

// Body replaces the sample: a string stands for its bytes, anything else for its
// JSON.
func Body(body any) FireOption {
	return func(f *api.Firing) (err error) {
		f.Body, err = json.Marshal(body)
		return err
	}
}

// To sends the event to that URL alone.
func To(url string) FireOption {
	return func(f *api.Firing) error { f.To = url; return nil }
}

// Account lets the event happen to one account; without it, to all.
func Account(name string) FireOption {
	return func(f *api.Firing) error { f.Account = name; return nil }
}

// Context states a fact that decides who gets the event.
func Context(key string, value any) FireOption {
	return func(f *api.Firing) error { return put(&f.Context, key, value) }
}

// Count lets the event happen n times.
func Count(n int) FireOption {
	return func(f *api.Firing) error { f.Count = n; return nil }
}

// Faults lets the deliveries suffer: Faults("duplicate").
func Faults(kinds ...string) FireOption {
	return func(f *api.Firing) error {
		for _, kind := range kinds {
			f.Faults = append(f.Faults, api.Fault{Kind: kind})
		}
		return nil
	}
}

func put(m *map[string]json.RawMessage, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if *m == nil {
		*m = map[string]json.RawMessage{}
	}
	(*m)[key] = raw
	return nil
}

// firing reads the arguments of Running.Fire.
func firing(what any, more []any) (f api.Firing, err error) {
	switch what := what.(type) {
	case api.Firing:
		f = what
	case string:
		typ, ok := "", false
		if len(more) > 0 {
			typ, ok = more[0].(string)
		}
		if !ok {
			return f, fmt.Errorf("the event type behind %q is missing", what)
		}
		f.Provider, f.Type, more = what, typ, more[1:]
	default:
		return f, errors.New("want a provider and a type, or a api.Firing")
	}
	for _, arg := range more {
		option, ok := arg.(FireOption)
		if !ok {
			return f, fmt.Errorf("%v is no FireOption, like sandbox.Set(path, value)", arg)
		}
		if err := option(&f); err != nil {
			return f, err
		}
	}
	return f, nil
}
