package lagerkoll

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

var long = strings.Repeat("ö", maxField)

// bodies are what clients send to createWebhook, with what is made of them.
var bodies = []struct {
	name string
	xml  bool
	body string
	want []wanted
	err  string // message of the refusal
}{
	{"plain", false, `{"featureId":"f","featureMethod":"m"}`, []wanted{{"f", "m"}}, ""},
	{"read-only and unknown members", false, ` {"id":1,"guid":"g","url":"u","x":{},"enable_for_group":true,"featureId":"f","featureMethod":"m"} `, []wanted{{"f", "m"}}, ""},
	{"scalars as their text", false, `{"featureId":1.50,"featureMethod":true}`, []wanted{{"1.50", "true"}}, ""},
	{"escapes", false, `{"featureId":"\u00e5\/","featureMethod":" m "}`, []wanted{{"å/", " m "}}, ""},
	{"longest", false, `{"featureId":"` + long + `","featureMethod":"m"}`, []wanted{{long, "m"}}, ""},
	{"too long", false, `{"featureId":"` + long + `x","featureMethod":"m"}`, nil, "featureId is not valid"},
	{"null", false, `{"featureId":null,"featureMethod":"m"}`, nil, "featureId is missing"},
	{"empty text", false, `{"featureId":"f","featureMethod":""}`, nil, "featureMethod is missing"},
	{"both missing", false, `{}`, nil, "featureId is missing"},
	{"other spelling", false, `{"featureid":"f","featureMethod":"m"}`, nil, "featureId is missing"},
	{"list as value", false, `{"featureId":"f","featureMethod":["m"]}`, nil, "featureMethod is not valid"},
	{"object as value", false, `{"featureId":{"a":1},"featureMethod":"m"}`, nil, "featureId is not valid"},
	{"wrapper", false, `{"webhooks":[{"featureId":"a","featureMethod":"b"},{"featureId":"c","featureMethod":"d"}]}`, []wanted{{"a", "b"}, {"c", "d"}}, ""},
	{"wrapper, one bad", false, `{"webhooks":[{"featureId":"a","featureMethod":"b"},{"featureId":"c"}]}`, nil, "featureMethod is missing"},
	{"wrapper, empty", false, `{"webhooks":[]}`, nil, "webhooks is not valid"},
	{"wrapper, null", false, `{"webhooks":null}`, nil, "webhooks is not valid"},
	{"wrapper, an object", false, `{"webhooks":{}}`, nil, "webhooks is not valid"},
	{"wrapper, no objects", false, `{"webhooks":[1]}`, nil, "webhooks is not valid"},
	{"wrapper, 51", false, `{"webhooks":[` + strings.Repeat(`{"featureId":"a","featureMethod":"b"},`, 50) + `{}]}`, nil, "webhooks is not valid"},
	{"empty", false, ``, nil, "Malformed request body"},
	{"not an object", false, `["featureId"]`, nil, "Malformed request body"},
	{"null alone", false, `null`, nil, "Malformed request body"},
	{"trailing text", false, `{"featureId":"f","featureMethod":"m"}x`, nil, "Malformed request body"},
	{"brackets without end", false, strings.Repeat("[", 1<<20), nil, "Malformed request body"},

	{"xml", true, `<webhook><featureId>f</featureId><featureMethod>m</featureMethod></webhook>`, []wanted{{"f", "m"}}, ""},
	{"any root, namespaces and attributes", true, `<?xml version="1.0"?><!-- x --><n:any xmlns:n="u" a="b"><n:featureId a="1">f</n:featureId><featureMethod xmlns="v">m</featureMethod></n:any>`, []wanted{{"f", "m"}}, ""},
	{"trimmed, CDATA and references", true, "<w>\n <featureId> a<![CDATA[<&]]>&lt;&#229; </featureId><featureMethod>\tm\n</featureMethod><id>7</id></w>\n", []wanted{{"a<&<å", "m"}}, ""},
	{"xml wrapper", true, `<webhookResponse><webhooks><featureId>a</featureId><featureMethod>b</featureMethod></webhooks><webhooks><featureId>c</featureId><featureMethod>d</featureMethod></webhooks></webhookResponse>`, []wanted{{"a", "b"}, {"c", "d"}}, ""},
	{"xml wrapper, 51", true, `<w>` + strings.Repeat(`<webhooks/>`, 51) + `</w>`, nil, "webhooks is not valid"},
	{"xml wrapper, one empty", true, `<w><webhooks/></w>`, nil, "featureId is missing"},
	{"xml, missing", true, `<webhook/>`, nil, "featureId is missing"},
	{"xml, white", true, `<w><featureId> </featureId><featureMethod>m</featureMethod></w>`, nil, "featureId is missing"},
	{"xml, twice", true, `<w><featureId>a</featureId><featureId>b</featureId><featureMethod>m</featureMethod></w>`, nil, "featureId is not valid"},
	{"xml, elements inside", true, `<w><featureId><a/></featureId><featureMethod>m</featureMethod></w>`, nil, "featureId is not valid"},
	{"xml, empty", true, ``, nil, "Malformed request body"},
	{"xml, text alone", true, `hello`, nil, "Malformed request body"},
	{"xml, two roots", true, `<a/><b/>`, nil, "Malformed request body"},
	{"xml, text behind", true, `<a/>b`, nil, "Malformed request body"},
	{"xml, not closed", true, `<a><featureId>`, nil, "Malformed request body"},
	{"xml, crossed", true, `<a><b></a></b>`, nil, "Malformed request body"},
	{"xml, doctype", true, `<!DOCTYPE webhook><webhook><featureId>f</featureId><featureMethod>m</featureMethod></webhook>`, nil, "Malformed request body"},
	{"xml, outer entity", true, `<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w><featureId>&x;</featureId><featureMethod>m</featureMethod></w>`, nil, "Malformed request body"},
	{"xml, unknown entity", true, `<w><featureId>&nbsp;</featureId><featureMethod>m</featureMethod></w>`, nil, "Malformed request body"},
	{"xml, other encoding", true, `<?xml version="1.0" encoding="ISO-8859-1"?><w/>`, nil, "Malformed request body"},
	{"xml, deep", true, strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1), nil, "Malformed request body"},
	{"xml, many", true, "<a>" + strings.Repeat("<b/>", maxElements) + "</a>", nil, "Malformed request body"},
}

func TestReadBody(t *testing.T) {
	t.Parallel()
	for _, tc := range bodies {
		read := readJSON
		if tc.xml {
			read = readXML
		}
		got, err := read([]byte(tc.body))
		if tc.err == "" {
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, %v", tc.name, got, err)
			}
			continue
		}
		var r *apiError
		if !errors.As(err, &r) || r.Message != tc.err || r.Status != 400 || r.Code != codeCommon {
			t.Errorf("%s: %v, %v, want %q", tc.name, got, err, tc.err)
		} else if field, _, _ := strings.Cut(r.Message, " is "); r.Field != "" && r.Field != field || r.Field == "" != (r.Message == "Malformed request body") {
			t.Errorf("%s: field %q", tc.name, r.Field)
		}
	}
}

func TestFiftyAreMade(t *testing.T) {
	t.Parallel()
	one := `{"featureId":"a","featureMethod":"b"}`
	got, err := readJSON([]byte(`{"webhooks":[` + strings.Repeat(one+",", maxList-1) + one + `]}`))
	if err != nil || len(got) != maxList {
		t.Errorf("%d, %v", len(got), err)
	}
}

// fuzzBody holds a parser to its promises: it never breaks, and what it lets
// through keeps the limits.
func fuzzBody(f *testing.F, xml bool, read func([]byte) ([]wanted, error)) {
	for _, tc := range bodies {
		if tc.xml == xml && len(tc.body) < 4<<10 {
			f.Add([]byte(tc.body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := read(body)
		if err != nil {
			var r *apiError
			if !errors.As(err, &r) || r.Status != 400 {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		if len(list) == 0 || len(list) > maxList {
			t.Fatalf("%d webhooks", len(list))
		}
		for _, w := range list {
			for _, value := range []string{w.feature, w.method} {
				if value == "" || len([]rune(value)) > maxField {
					t.Fatalf("%q was let through", value)
				}
			}
		}
	})
}

func FuzzReadJSON(f *testing.F) { fuzzBody(f, false, readJSON) }
func FuzzReadXML(f *testing.F)  { fuzzBody(f, true, readXML) }
