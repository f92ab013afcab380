{{/* expect: exceeded maximum number of steps */}}{{ $l := until 1000000 }}{{ range until 100000 }}{{ $x := has -1 $l }}{{ end }}x: 1
