package signing

import "time"

// Schemes lists the ways of signing that belong to no mock provider. Any inbox
// can check them. Each follows the vendor's own page or the vendor's own code;
// what they do not say, or say in two ways (Paddle's and Zoom's tolerance), is not
// checked.
func Schemes() []*Scheme {
	return append(signedStamps(), append(signedBodies(), signedRequests()...)...)
}

// hmacHex is the commonest way: an HMAC with SHA-256 over the body, as hex.
func hmacHex(name, title, header, prefix, document, evidence string) *Scheme {
	return &Scheme{Name: name, Title: title, Header: header, Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: prefix, Signed: "{body}",
		Document: document, Evidence: "documented: " + evidence}
}

// signedBodies are those that sign the body alone, or nothing.
func signedBodies() []*Scheme {
	github := hmacHex("github", "GitHub", "X-Hub-Signature-256", "sha256=", "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries", "validating webhook deliveries")
	github.Or = hmacHex("github", "GitHub", "X-Hub-Signature", "sha1=", github.Document, "kept for older receivers")
	github.Or.Algorithm = "sha1"
	intercom := hmacHex("intercom", "Intercom", "X-Hub-Signature", "sha1=", "https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications", "signed notifications; the key is the app's client secret")
	intercom.Algorithm = "sha1"
	pagerduty := hmacHex("pagerduty", "PagerDuty", "X-PagerDuty-Signature", "v1=", "https://developer.pagerduty.com/docs/verifying-webhook-signatures", "webhooks v3, verifying signatures; several stand in a row while a secret is changed")
	pagerduty.Separator = ","
	return []*Scheme{
		github,
		{Name: "gitlab", Title: "GitLab", Header: "X-Gitlab-Token", Algorithm: Basic, Encoding: Plain, Or: gitlabSigned(),
			Document: "https://docs.gitlab.com/user/project/integrations/webhooks/", Evidence: "documented: validate payloads by using a secret token; nothing is computed"},
		{Name: "shopify", Title: "Shopify", Header: "X-Shopify-Hmac-Sha256", Algorithm: "sha256", Key: KeyText, Encoding: Base64, Signed: "{body}",
			Document: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https", Evidence: "documented: verifying webhook deliveries"},
		{Name: "typeform", Title: "Typeform", Header: "Typeform-Signature", Algorithm: "sha256", Key: KeyText, Encoding: Base64, Prefix: "sha256=", Signed: "{body}",
			Document: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/", Evidence: "documented: validate payload from Typeform"},
		hmacHex("lemonsqueezy", "Lemon Squeezy", "X-Signature", "", "https://docs.lemonsqueezy.com/help/webhooks/signing-requests", "signing requests"),
		hmacHex("linear", "Linear", "Linear-Signature", "", "https://linear.app/developers/webhooks", "securing webhooks; that the body's webhookTimestamp is fresh is for the receiver to check"),
		intercom,
		hmacHex("dropbox", "Dropbox", "X-Dropbox-Signature", "", "https://www.dropbox.com/developers/reference/webhooks", "webhooks, receiving notifications; the key is the app's secret"),
		hmacHex("sentry", "Sentry", "Sentry-Hook-Signature", "", "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/", "verifying the signature; the key is the integration's client secret"),
		pagerduty,
	}
}

// gitlabSigned is GitLab's newer way, by the specification of Standard Webhooks.
func gitlabSigned() *Scheme {
	s := standardWebhooks("Webhook")
	s.Name, s.Title, s.Or = "gitlab", "GitLab", nil
	s.Document, s.Evidence = "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944", "documented: signing token of webhooks"
	return s
}

// standardWebhooks is the specification's scheme, with a prefix of its headers.
func standardWebhooks(prefix string) *Scheme {
	return &Scheme{Name: "standard-webhooks", Title: "Standard Webhooks", Header: prefix + "-Signature", Algorithm: "sha256", Key: KeyBase64, KeyPrefix: "whsec_",
		Encoding: Base64, Prefix: "v1,", Separator: " ", Signed: "{id}.{timestamp}.{body}", ID: prefix + "-Id", Timestamp: prefix + "-Timestamp",
		Late: fiveMinutes, Early: fiveMinutes, Document: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
		Evidence: "documented: the specification of Standard Webhooks; the tolerance is that of its libraries"}
}

// signedStamps are those that sign a moment with the body.
func signedStamps() []*Scheme {
	standard := standardWebhooks("Webhook")
	standard.Or = standardWebhooks("Svix")
	standard.Or.Document, standard.Or.Evidence = "https://docs.svix.com/receiving/verifying-payloads/how-manual", "documented: verifying webhooks manually"
	return []*Scheme{
		standard,
		{Name: "stripe", Title: "Stripe", Header: "Stripe-Signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "v1=", Separator: ",",
			Signed: "{timestamp}.{body}", Timestamp: "t=", Late: fiveMinutes, Document: "https://docs.stripe.com/webhooks/signature",
			Evidence: "documented: verifying signatures by hand; its libraries refuse only what is too old"},
		{Name: "slack", Title: "Slack", Header: "X-Slack-Signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "v0=",
			Signed: "v0:{timestamp}:{body}", Timestamp: "X-Slack-Request-Timestamp", Late: fiveMinutes, Early: fiveMinutes,
			Document: "https://api.slack.com/authentication/verifying-requests-from-slack", Evidence: "documented: verifying requests from Slack"},
		{Name: "paddle", Title: "Paddle", Header: "Paddle-Signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "h1=", Separator: ";",
			Signed: "{timestamp}:{body}", Timestamp: "ts=", Document: "https://developer.paddle.com/webhooks/signature-verification",
			Evidence: "documented: verify webhook signatures; decision: any age is taken, as by Paddle's SDK for Go (the one for Node refuses after five seconds)"},
		{Name: "zoom", Title: "Zoom", Header: "x-zm-signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "v0=",
			Signed: "v0:{timestamp}:{body}", Timestamp: "x-zm-request-timestamp", Document: "https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events",
			Evidence: "documented: verify webhook events, and as in Zoom's own webhook-sample and Rivet; decision: any age is taken, as by both"},
		{Name: "calendly", Title: "Calendly", Header: "Calendly-Webhook-Signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "v1=", Separator: ",",
			Signed: "{timestamp}.{body}", Timestamp: "t=", Late: 3 * time.Minute, Document: "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
			Evidence: "documented: webhook signatures; its example refuses what is older than three minutes"},
		{Name: "mailgun", Title: "Mailgun", In: InBody, Header: "signature.signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex,
			Signed: "{timestamp}{id}", ID: "signature.token", IDLength: 50, Timestamp: "signature.timestamp",
			Document: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
			Evidence: "documented: securing webhooks; the rest of the body is not signed, and how old one may be is left to the receiver"},
		{Name: "discord", Title: "Discord", Header: "X-Signature-Ed25519", Algorithm: Ed25519, Key: KeyHex, Encoding: Hex,
			Signed: "{timestamp}{body}", Timestamp: "X-Signature-Timestamp", Document: "https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers",
			Evidence: "documented: validating security request headers; signed with a seed, verified with the public key"},
	}
}

// signedRequests are those that sign where a request goes.
func signedRequests() []*Scheme {
	return []*Scheme{
		{Name: "hubspot-v3", Title: "HubSpot", Header: "X-HubSpot-Signature-v3", Algorithm: "sha256", Key: KeyText, Encoding: Base64,
			Signed: "{method}{uri}{body}{timestamp}", Timestamp: "X-HubSpot-Request-Timestamp", Unit: Milliseconds, Late: fiveMinutes,
			Document: "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
			Evidence: "documented: validate the v3 request signature"},
		{Name: "square", Title: "Square", Header: "x-square-hmacsha256-signature", Algorithm: "sha256", Key: KeyText, Encoding: Base64, Signed: "{url}{body}",
			Document: "https://developer.squareup.com/docs/webhooks/step3validate", Evidence: "documented: validate that the notification is from Square"},
		{Name: "twilio", Title: "Twilio", Header: "X-Twilio-Signature", Algorithm: "sha1", Key: KeyText, Encoding: Base64, Signed: "{url}{form}",
			Digest:   &Digest{Query: "bodySHA256", Algorithm: "sha256", Encoding: Hex},
			Document: "https://www.twilio.com/docs/usage/webhooks/webhooks-security", Evidence: "documented: authenticate with signatures; a body that is no form is bound by the URL's bodySHA256"},
	}
}
