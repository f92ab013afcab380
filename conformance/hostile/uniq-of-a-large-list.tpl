{{/* expect: exceeded maximum number of steps */}}{{ $x := uniq (until 1000000) }}x: 1
