{{- define "tpl-values.who" -}}{{ .Chart.Name | title }} of {{ .Release.Namespace }}{{- end -}}
