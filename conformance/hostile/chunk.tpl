{{/* expect: exceeded maximum */}}{{ $d := dict }}{{ $l := until 1000000 }}{{ range $i, $_ := until 1000 }}{{ $_ := set $d (toString $i) (chunk 1 $l) }}{{ end }}x: 1
