{{/* expect: exceeded maximum number of steps */}}{{ range until 1000 }}{{ range until 100 }}{{ $x := genCA "a" 1 }}{{ end }}{{ end }}x: 1
