curl --globoff --path-as-is -X 'POST' 'http://localhost:4780/in/orders//a/../b?q[]={1,2}&e=&x%20y=z%26' \
  -H 'Content-Type: application/json' \
  -H 'Host: localhost:4780' \
  -H 'X-Try: a' \
  -H 'X-Try: b' \
  -H 'X-Quote: it'\''s "q"' \
  -H 'X-Empty;' \
  -H 'Cookie: a=1; b=2' \
  -H 'Accept:' \
  -H 'User-Agent:' \
  -H 'Expect:' \
  --data-raw '{"it'\''s": "`ä`", "n": 1}
@x $HOME %s
'
