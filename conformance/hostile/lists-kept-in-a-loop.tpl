{{/* expect: exceeded maximum */}}{{ $l := dict }}{{ range $i, $_ := until 1000000 }}{{ $_ := set $l (toString $i) (until 1000) }}{{ end }}x: 1
