{{- define "accountgraph.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "accountgraph.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "accountgraph.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "accountgraph.selector" . }}
{{- end }}

{{- /* The configuration, with the certificate of tls.secretName. */ -}}
{{- define "accountgraph.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if .Values.tls.secretName }}
{{- $_ := set $config.server "tls" (dict "certificate" "/etc/accountgraph/tls/tls.crt" "key" "/etc/accountgraph/tls/tls.key") }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{- define "accountgraph.port" -}}
{{- last (splitList ":" .) }}
{{- end }}
