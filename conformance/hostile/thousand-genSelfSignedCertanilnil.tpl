{{/* expect: exceeded maximum number of steps */}}{{ range until 1000 }}{{ range until 100 }}{{ $x := genSelfSignedCert "a" nil nil 1 }}{{ end }}{{ end }}x: 1
