package shoptet

import (
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
)

// apiError is one member of an answer's errors, with the status it brings: Code
// is errorCode, Field is instance. The OAuth server's errors have Code and Message
// alone.
type apiError = kit.Error

// refuse answers with errors alone; the first one's status counts.
func refuse(errors ...*apiError) (any, error) { return nil, kit.Errors(errors) }

// errorBody is an error as the API writes it (members documented).
type errorBody struct {
	Code     string `json:"errorCode"`
	Message  string `json:"message"`
	Instance string `json:"instance"`
}

// errorBodies writes errors as the envelope holds them; none is null there.
func errorBodies(list []*apiError) []errorBody {
	var bodies []errorBody
	for _, e := range list {
		bodies = append(bodies, errorBody{e.Code, e.Message, e.Field})
	}
	return bodies
}

// dialect words errors: the API's in its envelope, the OAuth server's without.
func dialect(r *request, err error) provider.Reply {
	list, several := err.(kit.Errors)
	if !several {
		list = kit.Errors{kit.As(err, apierror.InternalError())}
	}
	if r.oauth() {
		return oauthReply(list[0].Status, struct {
			Error       string `json:"error"`
			Description string `json:"error_description,omitempty"`
		}{list[0].Code, list[0].Message})
	}
	for name, values := range list[0].Header {
		r.Header[name] = values
	}
	return r.reply(answer{status: list[0].Status, errors: list})
}
