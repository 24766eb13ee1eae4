package signing

import (
	"fmt"
	"net/url"
	"strings"
)

// recognised reports whether a request without the scheme's own header is signed
// by the rule of another known scheme: then that one was meant.
func (s guesser) recognised(q Question, v Verdict) (Verdict, bool) {
	for _, other := range s.others(q) {
		if judged := (checker{other}).judge(q); judged.Certain {
			return v.fits("the scheme "+other.Name, fmt.Sprintf("the request is signed as %s signs, in %s: check it with %s", other.Title, other.Header, other.Name)), true
		}
		v = v.misses("the scheme " + other.Name)
	}
	return v, false
}

// meant adds to a verdict whose headers are there, where nothing fits.
func (s guesser) meant(q Question, v Verdict) Verdict {
	if v.State != Missing {
		return v
	}
	for _, other := range s.others(q) {
		v.Reason += fmt.Sprintf("; %s is there, which is %s's: is %s meant?", other.Header, other.Title, other.Name)
	}
	return v
}

// others are the schemes whose headers a request has. Names that many use say
// nothing about who sent it.
func (s guesser) others(q Question) (list []*Scheme) {
	for _, other := range Schemes() {
		if other.Title == s.Title || other.In == InBody || other.Algorithm == Basic {
			continue
		}
		other = other.inForce(q.Header)
		if other.Header != "X-Signature" && other.Header != "X-Hub-Signature" && !strings.EqualFold(other.Header, s.Header) && q.Header.Get(other.Header) != "" {
			list = append(list, other)
		}
	}
	return list
}

// urlGuesses lists the addresses that a signer may have taken for the request's:
// behind a proxy a server sees another one than the sender does.
func (s guesser) urlGuesses(address, id, timestamp string) (list []textGuess) {
	u, err := url.Parse(address)
	if !s.SignsURL() || err != nil || u.Host == "" {
		return nil
	}
	add := func(how string, other url.URL) {
		if text := other.String(); text != address {
			list = append(list, textGuess{"the URL " + how, "the signature belongs to the URL " + how + ", " + clip(text) + ": it is made of the address as the sender knows it", s.Signed, id, timestamp, text})
		}
	}
	other := *u
	other.Scheme = map[string]string{"http": "https", "https": "http"}[u.Scheme]
	add("with "+other.Scheme, other)
	other = *u
	other.Host = u.Hostname()
	add("without its port", other)
	other.Scheme = "https"
	add("with https and without its port", other)
	other = *u
	other.RawQuery = ""
	add("without its query", other)
	other = *u
	if strings.HasSuffix(u.Path, "/") {
		other.Path = strings.TrimSuffix(u.Path, "/")
		add("without the slash at its end", other)
	} else {
		other.Path = u.Path + "/"
		add("with a slash at its end", other)
	}
	return append(list, textGuess{"the path instead of the URL", "only path and query of the URL were signed: the whole address belongs there", s.Signed, id, timestamp, u.RequestURI()})
}
