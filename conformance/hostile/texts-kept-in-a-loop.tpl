{{/* expect: exceeded maximum */}}{{ $l := dict }}{{ range $i, $_ := until 1000000 }}{{ $_ := set $l (toString $i) (repeat 10000 (toString $i)) }}{{ end }}x: 1
