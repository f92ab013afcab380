//! `helm show`: what a chart says of itself.

use govalue::Value;
use helm_chart::{Chart, Compat};

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::parse::Args;

/// Names under which a README is found, in any letter case.
const README_NAMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];

pub(crate) fn all(context: &Context, args: &Args) -> Result<(), CliError> {
    let chart = load(context, args)?;
    print_metadata(context, &chart)?;
    if !chart.values.is_nil() {
        context.println("---")?;
        print_values(context, args, &chart)?;
    }
    if let Some(readme) = readme_text(&chart) {
        context.print(&format!("---\n{readme}\n"))?;
    }
    print_crds(context, &chart, true)
}

pub(crate) fn chart(context: &Context, args: &Args) -> Result<(), CliError> {
    print_metadata(context, &load(context, args)?)
}

pub(crate) fn values(context: &Context, args: &Args) -> Result<(), CliError> {
    print_values(context, args, &load(context, args)?)
}

pub(crate) fn readme(context: &Context, args: &Args) -> Result<(), CliError> {
    match readme_text(&load(context, args)?) {
        Some(readme) => context.println(&readme),
        None => Ok(()),
    }
}

pub(crate) fn crds(context: &Context, args: &Args) -> Result<(), CliError> {
    print_crds(context, &load(context, args)?, false)
}

fn load(context: &Context, args: &Args) -> Result<Chart, CliError> {
    context.log.debug("original chart version", &[("version", args.text("version"))]);
    let path = crate::source::locate(context, args, args.positional()[0])?;
    let mut warnings = Vec::new();
    let chart = helm_chart::load_directly(&path, context.compat(), &mut warnings).or_fail()?;
    warnings.iter().for_each(|w| context.log.chart_warning(w));
    Ok(chart)
}

fn print_metadata(context: &Context, chart: &Chart) -> Result<(), CliError> {
    let json = serde_json::to_value(&chart.metadata).or_fail()?;
    let yaml = govalue::yaml::sigs::marshal_json(&json).or_fail()?;
    context.println(&String::from_utf8_lossy(&yaml))
}

fn print_values(context: &Context, args: &Args, chart: &Chart) -> Result<(), CliError> {
    if chart.values.is_nil() {
        return Ok(());
    }
    if let Some(text) = args.text_if_given("jsonpath") {
        let template = gojsonpath::Template::parse(text)
            .map_err(|e| CliError::new(format!("error parsing jsonpath {text}: {e}")))?;
        let mut picked = Vec::new();
        // Helm is silent where nothing can be picked.
        return match template.execute(&Value::Map(chart.values.clone()), &mut picked) {
            Ok(()) => context.print(&String::from_utf8_lossy(&picked)),
            Err(_) => Ok(()),
        };
    }
    // An archive may hold more than one file of that name.
    let mut files = chart.raw.iter().filter(|f| f.name == "values.yaml");
    files.try_for_each(|file| context.println(&file.data.to_str()))
}

fn readme_text(chart: &Chart) -> Option<String> {
    let is_readme = |name: &str| README_NAMES.iter().any(|n| n.eq_ignore_ascii_case(name));
    chart.files.iter().find(|f| is_readme(&f.name)).map(|f| f.data.to_str().into_owned())
}

/// Helm 4 begins every definition with a separator, Helm 3 only the first one after other content.
fn print_crds(context: &Context, chart: &Chart, after_others: bool) -> Result<(), CliError> {
    for (at, crd) in chart.crds().iter().enumerate() {
        let separated = context.compat() == Compat::V4 || (after_others && at == 0);
        if separated && !crd.file.data.starts_with(b"---") {
            context.println("---")?;
        }
        context.println(&crd.file.data.to_str())?;
    }
    Ok(())
}
