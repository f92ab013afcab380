package cmd

import (
	"log/slog"
	"os"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/kube"
)

// Runs one command as NewRootCmd and main do, with settings as new as those of a new process.
func oracleRun(args []string) int {
	kube.ManagedFieldsManager = "helm"
	settings = cli.New()
	config := action.NewConfiguration()
	command, err := newRootCmdWithConfig(config, os.Stdout, args, SetupLogging)
	if err != nil {
		slog.Warn("command failed", slog.Any("error", err))
		return 1
	}
	if err := config.Init(settings.RESTClientGetter(), settings.Namespace(), os.Getenv("HELM_DRIVER")); err != nil {
		panic(err)
	}
	command.SetArgs(args)
	if err := command.Execute(); err != nil {
		return 1
	}
	return 0
}
