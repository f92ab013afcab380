{{/* Name of the chart, or what nameOverride says. Names in Kubernetes hold 63 characters. */}}
{{- define "<CHARTNAME>.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Name of the objects: fullnameOverride, or release and chart; the release alone if it says both. */}}
{{- define "<CHARTNAME>.fullname" -}}
{{- $full := .Values.fullnameOverride -}}
{{- if not $full -}}
  {{- $chart := .Values.nameOverride | default .Chart.Name -}}
  {{- $full = contains $chart .Release.Name | ternary .Release.Name (print .Release.Name "-" $chart) -}}
{{- end -}}
{{- $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Chart and version for the label helm.sh/chart, which may not hold a plus sign. */}}
{{- define "<CHARTNAME>.chart" -}}
{{- print .Chart.Name "-" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The labels that find the pods. They must stay the same from release to release. */}}
{{- define "<CHARTNAME>.selectorLabels" -}}
app.kubernetes.io/name: {{ template "<CHARTNAME>.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The labels of every object. */}}
{{- define "<CHARTNAME>.labels" -}}
helm.sh/chart: {{ template "<CHARTNAME>.chart" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ template "<CHARTNAME>.selectorLabels" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ quote . }}
{{- end }}
{{- end -}}

{{/* Name of the service account that the pods run under. */}}
{{- define "<CHARTNAME>.serviceAccountName" -}}
{{- $fallback := "default" -}}
{{- if .Values.serviceAccount.create -}}
  {{- $fallback = include "<CHARTNAME>.fullname" . -}}
{{- end -}}
{{- .Values.serviceAccount.name | default $fallback -}}
{{- end -}}
