package main

import (
	"os"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/kube"
)

// Runs one command as main does, with settings as new as those of a new process.
func oracleRun(args []string) int {
	kube.ManagedFieldsManager = "helm"
	settings = cli.New()
	config := new(action.Configuration)
	command, err := newRootCmd(config, os.Stdout, args)
	if err != nil {
		warning("%+v", err)
		return 1
	}
	if err := config.Init(settings.RESTClientGetter(), settings.Namespace(), os.Getenv("HELM_DRIVER"), debug); err != nil {
		panic(err)
	}
	command.SetArgs(args)
	if err := command.Execute(); err != nil {
		return 1
	}
	return 0
}
