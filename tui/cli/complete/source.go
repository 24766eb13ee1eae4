package complete

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// each turns a list into candidates; a list that could not be had offers nothing.
func each[T any](list []T, err error, of func(T) cobra.Completion) (out []cobra.Completion) {
	for _, one := range list {
		if offer := of(one); err == nil && offer != "" && !slices.Contains(out, offer) {
			out = append(out, offer)
		}
	}
	return out
}

func described(name, about string) cobra.Completion {
	return cobra.CompletionWithDesc(name, strings.Join(strings.Fields(about), " "))
}

func providers(ctx context.Context, c *client.Client, _ []string) []cobra.Completion {
	list, err := c.Providers(ctx)
	return each(list, err, func(p api.Provider) cobra.Completion { return described(p.Name, p.Title) })
}

// types are those of the provider that is the first word.
func types(ctx context.Context, c *client.Client, args []string) []cobra.Completion {
	detail, err := c.Provider(ctx, args[0])
	if err != nil {
		return nil
	}
	return each(detail.Events, nil, func(e api.EventType) cobra.Completion { return described(e.Type, e.About) })
}

// settings are a provider's, each ready for its value.
func settings(ctx context.Context, c *client.Client, args []string) []cobra.Completion {
	known, err := c.Settings(ctx, args[0], "")
	return each(slices.Sorted(maps.Keys(known)), err, func(name string) cobra.Completion { return described(name+"=", string(known[name])) })
}

func schemes(ctx context.Context, c *client.Client, _ []string) []cobra.Completion {
	list, err := c.Schemes(ctx)
	return each(list, err, func(s api.Scheme) cobra.Completion { return described(s.Name, s.Rule) })
}

// verifiable are the names that a signature is made and checked by.
func verifiable(ctx context.Context, c *client.Client, args []string) []cobra.Completion {
	list := schemes(ctx, c, args)
	named := func(offer cobra.Completion) bool {
		name, _, _ := strings.Cut(offer, "\t")
		return slices.ContainsFunc(list, func(s cobra.Completion) bool { return strings.HasPrefix(s, name+"\t") || s == name })
	}
	return append(list, slices.DeleteFunc(providers(ctx, c, args), named)...)
}

func inboxes(ctx context.Context, c *client.Client, _ []string) []cobra.Completion {
	list, err := c.Inboxes(ctx)
	return each(list, err, func(in api.InboxInfo) cobra.Completion {
		return described(in.Inbox, fmt.Sprintf("%d captures", in.Captures))
	})
}

func scenarios(ctx context.Context, c *client.Client, _ []string) []cobra.Completion {
	list, err := c.Scenarios(ctx)
	return each(list, err, func(s api.Scenario) cobra.Completion { return described(s.Name, s.About) })
}

func spaces(ctx context.Context, c *client.Client, _ []string) []cobra.Completion {
	list, err := c.Spaces(ctx)
	return each(list, err, func(s api.Space) cobra.Completion { return s.Name })
}

// accounts are those that subscribed or have a key, of the provider that is the
// first word if one is.
func accounts(ctx context.Context, c *client.Client, args []string) []cobra.Completion {
	provider := ""
	if len(args) > 0 {
		provider = args[0]
	}
	subs, err := c.Subscriptions(ctx, provider, "")
	list := each(subs, err, func(s api.Subscription) cobra.Completion { return s.Account })
	secrets, err := c.Secrets(ctx, provider, "")
	return append(list, each(secrets, err, func(s api.Secret) cobra.Completion {
		if slices.Contains(list, s.Account) {
			return ""
		}
		return s.Account
	})...)
}

// newest are the entries of last, the newest first.
func newest(ctx context.Context, c *client.Client, _ []string) []cobra.Completion {
	page, err := c.Entries(ctx, client.Query{Limit: 20, Order: "desc"})
	if err != nil {
		return nil
	}
	return each(page.Entries, nil, func(e api.Entry) cobra.Completion {
		return described(strconv.FormatUint(e.Seq, 10), strings.Join([]string{string(e.Kind), e.Provider, e.Type, e.Inbox}, " "))
	})
}

func faults(context.Context, *client.Client, []string) []cobra.Completion {
	return kinds(api.FaultKinds(), api.SignatureFaults(), api.FaultPresets())
}

func presets(context.Context, *client.Client, []string) []cobra.Completion {
	return kinds(api.FaultPresets())
}

func kinds(lists ...[]api.FaultKind) []cobra.Completion {
	return each(slices.Concat(lists...), nil, func(k api.FaultKind) cobra.Completion { return described(k.Name, k.About) })
}

// filterKeys begin a term of the filter language.
func filterKeys(context.Context, *client.Client, []string) []cobra.Completion {
	return each(api.FilterKeys(), nil, func(k api.FilterKey) cobra.Completion { return described(k.Name, k.About) })
}
