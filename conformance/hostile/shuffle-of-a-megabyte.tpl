{{/* expect: exceeded maximum number of steps */}}{{ $t := repeat 1000000 "a" }}{{ range until 100000 }}{{ $x := shuffle $t }}{{ end }}x: 1
