{{- define "service.name" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}
