{{/* expect: exceeded maximum number of steps */}}{{ $l := until 100000 }}{{ range until 100000 }}{{ $x := sortAlpha $l }}{{ end }}x: 1
