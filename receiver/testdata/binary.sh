# the body was cut: 4 of 9 bytes were kept
printf %s 'AP8nCg==' | base64 -d |
curl --globoff --path-as-is -X 'BREW-2' 'https://there.example/x' \
  -H 'Content-Type: application/json' \
  -H 'Host: localhost:4780' \
  -H 'X-Try: a' \
  -H 'X-Try: b' \
  -H 'Accept:' \
  -H 'User-Agent:' \
  -H 'Expect:' \
  --data-binary @-
