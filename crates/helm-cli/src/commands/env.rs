//! `helm env`.

use crate::context::Context;
use crate::error::CliError;
use crate::parse::Args;
use crate::settings::Settings;

pub(crate) fn run(context: &Context, args: &Args) -> Result<(), CliError> {
    let variables = variables(&context.settings);
    if let Some(name) = args.positional().first() {
        let value = variables.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v);
        return context.println(value);
    }
    for (name, value) in &variables {
        context.println(&format!("{name}=\"{value}\""))?;
    }
    Ok(())
}

/// The names of the variables, sorted.
pub(crate) fn names(settings: &Settings) -> impl Iterator<Item = &'static str> {
    variables(settings).into_iter().map(|(name, _)| name)
}

/// Name and value, sorted by name.
pub(crate) fn variables(s: &Settings) -> Vec<(&'static str, String)> {
    let text = |o: &Option<String>| o.clone().unwrap_or_default();
    let path = |p: &std::path::Path| p.to_string_lossy().into_owned();
    let program = std::env::args_os().next().unwrap_or_default().to_string_lossy().into_owned();
    let mut all = vec![
        ("HELM_BIN", program),
        ("HELM_BURST_LIMIT", s.burst_limit.to_string()),
        ("HELM_CACHE_HOME", path(&s.cache_home)),
        ("HELM_CONFIG_HOME", path(&s.config_home)),
        ("HELM_CONTENT_CACHE", s.content_cache.clone()),
        ("HELM_DATA_HOME", path(&s.data_home)),
        ("HELM_DEBUG", s.debug.to_string()),
        ("HELM_KUBEAPISERVER", text(&s.kube_apiserver)),
        ("HELM_KUBEASGROUPS", s.kube_as_groups.join(",")),
        ("HELM_KUBEASUSER", text(&s.kube_as_user)),
        ("HELM_KUBECAFILE", text(&s.kube_ca_file)),
        ("HELM_KUBECONTEXT", text(&s.kube_context)),
        ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", s.kube_insecure.to_string()),
        ("HELM_KUBETLS_SERVER_NAME", text(&s.kube_tls_server_name)),
        ("HELM_KUBETOKEN", text(&s.kube_token)),
        ("HELM_MAX_HISTORY", s.max_history.to_string()),
        ("HELM_NAMESPACE", s.namespace()),
        ("HELM_PLUGINS", s.plugins.clone()),
        ("HELM_QPS", format!("{:.2}", s.qps)),
        ("HELM_REGISTRY_CONFIG", s.registry_config.clone()),
        ("HELM_REPOSITORY_CACHE", s.repository_cache.clone()),
        ("HELM_REPOSITORY_CONFIG", s.repository_config.clone()),
    ];
    if s.compat == helm_chart::Compat::V3 {
        all.retain(|(name, _)| *name != "HELM_CONTENT_CACHE");
    }
    if let Some(kubeconfig) = &s.kubeconfig {
        all.push(("KUBECONFIG", kubeconfig.clone()));
    }
    all
}
