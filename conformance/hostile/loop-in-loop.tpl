{{/* expect: exceeded maximum number of steps */}}{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}x: 1
