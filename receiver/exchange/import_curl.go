package exchange

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

// curlStart tells shell commands from the other forms of an import.
var curlStart = regexp.MustCompile(`^(#[^\n]*\n|\s)*(\$ )?(curl|printf)\s`)

// readCurl reads curl commands, as exported here, copied from a browser, or out of
// a vendor's documentation. They are not run.
func (im *importing) readCurl(text string) error {
	commands, err := shellCommands(text)
	if err != nil {
		return api.BadRequest("", "curl: %v", err)
	}
	var stdin []byte
	for _, c := range commands {
		place := fmt.Sprintf("line %d", c.line)
		if c.words[0] == "$" && len(c.words) > 1 {
			c.words = c.words[1:]
		}
		switch {
		case c.words[0] == "printf" && len(c.words) == 3 && c.words[1] == "%s" && c.pipes:
			stdin = []byte(c.words[2])
		case c.words[0] == "base64" && c.pipes:
			if stdin, err = base64.StdEncoding.DecodeString(string(stdin)); err != nil {
				return api.BadRequest("", "%s: what is piped is not base64: %v", place, err)
			}
		case c.words[0] == "curl":
			if err := im.addCurl(place, c, stdin); err != nil {
				return err
			}
			stdin = nil
		default:
			return api.BadRequest("only curl is read", "%s: %q is not curl", place, entries.Cut(c.words[0], 100))
		}
	}
	return nil
}

// curlCall is a curl command that is being read.
type curlCall struct {
	method, url string
	headers     []string
	data        []string
	form        bool // data is that of a form unless a header says otherwise
	json        bool
	get, head   bool
	stdin       []byte
}

// curlShort are the options of one letter that matter or take a value.
var curlShort = map[byte]string{'X': "request", 'H': "header", 'd': "data", 'u': "user", 'A': "user-agent", 'e': "referer", 'b': "cookie", 'G': "get", 'I': "head",
	'o': "output", 'm': "max-time", 'x': "proxy", 'w': "write-out", 'E': "cert", 'c': "cookie-jar", 'F': "form", 'T': "upload-file"}

// curlPassed are the options with a value that change nothing about the request.
var curlPassed = regexp.MustCompile(`^(output|max-time|connect-timeout|proxy|write-out|cert|key|cacert|cookie-jar|retry.*|resolve|interface|limit-rate|ciphers|stderr|trace.*)$`)

func (im *importing) addCurl(place string, c shellCommand, stdin []byte) error {
	call := &curlCall{stdin: stdin}
	for words := c.words[1:]; len(words) > 0; {
		word := words[0]
		words = words[1:]
		var err error
		switch {
		case strings.HasPrefix(word, "--"):
			words, err = call.option(word[2:], words)
		case len(word) > 1 && word[0] == '-':
			words, err = call.letters(word[1:], words)
		default:
			call.url = word
		}
		if err != nil {
			return api.BadRequest("", "%s: %v", place, err)
		}
	}
	m := call.message()
	if left := bodyCut.FindStringSubmatch(c.comment); left != nil {
		m.Size, _ = strconv.ParseInt(left[1], 10, 64)
		m.Truncated = m.Size > int64(len(m.Body))
	}
	return im.add(place, &journal.Entry{Request: m})
}

// bodyCut is what an export says of a body that was not kept whole.
var bodyCut = regexp.MustCompile(`the body was cut: \d+ of (\d+) bytes were kept`)

// letters reads short options, of which the last may have its value behind it.
func (c *curlCall) letters(letters string, words []string) ([]string, error) {
	for i := range len(letters) {
		name := curlShort[letters[i]]
		switch {
		case name == "" || name == "get" || name == "head":
			if _, err := c.option(name, nil); err != nil {
				return nil, err
			}
		case i+1 < len(letters):
			_, err := c.option(name, []string{letters[i+1:]})
			return words, err
		default:
			return c.option(name, words)
		}
	}
	return words, nil
}

// option reads one option; what it does not know changes nothing about the request
// and takes no value.
func (c *curlCall) option(name string, words []string) ([]string, error) {
	switch name {
	case "get":
		c.get = true
		return words, nil
	case "head":
		c.head = true
		return words, nil
	case "form", "form-string", "upload-file", "config":
		return nil, fmt.Errorf("--%s reads files, which are not here", name)
	case "request", "header", "data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json", "user", "user-agent", "referer", "cookie", "url":
	default:
		if !curlPassed.MatchString(name) {
			return words, nil
		}
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("--%s has no value", name)
	}
	return words[1:], c.set(name, words[0])
}

func (c *curlCall) set(name, value string) error {
	switch name {
	case "request":
		c.method = value
	case "url":
		c.url = value
	case "header":
		c.headers = append(c.headers, value)
	case "user":
		c.headers = append(c.headers, "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(value)))
	case "user-agent", "referer", "cookie":
		c.headers = append(c.headers, http.CanonicalHeaderKey(name)+": "+value)
	case "data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json":
		return c.addData(name, value)
	}
	return nil
}

func (c *curlCall) addData(name, value string) error {
	switch {
	case name != "data-raw" && value == "@-" && c.stdin != nil:
		value = string(c.stdin)
	case name != "data-raw" && strings.HasPrefix(value, "@"):
		return fmt.Errorf("--%s %s is a file, which is not here: give its text", name, value)
	case name == "data-urlencode":
		field, text, named := strings.Cut(value, "=")
		if !named {
			field, text = "", value
		} else if field != "" {
			field += "="
		}
		value = field + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	}
	c.json, c.form = c.json || name == "json", true
	c.data = append(c.data, value)
	return nil
}

// message is the request that curl would send.
func (c *curlCall) message() *journal.Message {
	m := &journal.Message{URL: c.url, Proto: "HTTP/1.1", Method: cmp.Or(c.method, http.MethodGet)}
	if m.URL != "" && m.URL[0] != '/' && !strings.Contains(m.URL, "://") {
		m.URL = "http://" + m.URL
	}
	separator := "&"
	if c.json {
		separator = ""
	}
	data := strings.Join(c.data, separator)
	switch {
	case c.get && data != "":
		joint := "?"
		if strings.Contains(m.URL, "?") {
			joint = "&"
		}
		m.URL += joint + data
		c.form = false
	case c.form:
		m.Body, m.Method = []byte(data), cmp.Or(c.method, http.MethodPost)
	case c.head:
		m.Method = cmp.Or(c.method, http.MethodHead)
	}
	unwanted := map[string]bool{}
	for _, h := range c.headers {
		name, value, ok := strings.Cut(h, ":")
		switch value = strings.TrimSpace(value); {
		case ok && value == "":
			unwanted[http.CanonicalHeaderKey(name)] = true // curl sends none then
		case ok:
			m.Headers.Add(name, value)
		default:
			m.Headers.Add(strings.TrimSuffix(h, ";"), "") // curl's spelling of an empty value
		}
	}
	c.own(m, unwanted)
	return m
}

// own adds what curl says of a body by itself.
func (c *curlCall) own(m *journal.Message, unwanted map[string]bool) {
	add := func(name, value string) {
		if !m.Headers.Has(name) && !unwanted[name] {
			m.Headers.Add(name, value)
		}
	}
	switch {
	case c.json:
		add("Content-Type", "application/json")
		add("Accept", "application/json")
	case c.form:
		add("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.form {
		add("Content-Length", strconv.Itoa(len(m.Body)))
	}
}
