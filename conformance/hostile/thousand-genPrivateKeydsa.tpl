{{/* expect: exceeded maximum number of steps */}}{{ range until 1000 }}{{ range until 100 }}{{ $x := genPrivateKey "dsa" }}{{ end }}{{ end }}x: 1
