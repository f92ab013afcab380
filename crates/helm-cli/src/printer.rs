//! How a release is shown to people: the text of `install`, `upgrade`, `status`, `test` and `get all`.

use govalue::Value;
use helm_chart::Compat;
use helm_kube::Table;
use helm_release::{HookEvent, Release, Time, execution_order};
use jiff::tz::TimeZone;

use crate::context::Context;
use crate::error::{CliError, OrFail};
use crate::output::{Format, table};

/// What is shown besides the plain facts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Show<'a> {
    /// Values, hooks and manifest too.
    pub(crate) everything: bool,
    /// The chart's name and versions.
    pub(crate) chart: bool,
    /// The description: Helm 4 always shows it.
    pub(crate) description: bool,
    /// No notes.
    pub(crate) hide_notes: bool,
    /// Tables of live objects, by version and kind.
    pub(crate) tables: &'a [(String, Vec<Table>)],
}

/// Prints a release in the format that was asked for.
pub(crate) fn release(
    context: &Context,
    format: Format,
    release: &Release,
    show: Show<'_>,
) -> Result<(), CliError> {
    format.print(context, &release.form(context.compat()), || text(context, release, show))
}

fn text(context: &Context, release: &Release, show: Show<'_>) -> Result<String, CliError> {
    let info = &release.info;
    let mut out = format!("NAME: {}\n", release.name);
    if let Some(time) = &info.last_deployed {
        out += &format!("LAST DEPLOYED: {}\n", ansi_c(time));
    }
    let palette = context.palette;
    out += &format!("NAMESPACE: {}\n", palette.namespace(&release.namespace));
    out += &format!("STATUS: {}\nREVISION: {}\n", palette.status(&info.status), release.version);
    if show.chart {
        let head = release.chart.as_ref().map(|c| c.head().clone()).unwrap_or_default();
        out +=
            &format!("CHART: {}\nVERSION: {}\nAPP_VERSION: {}\n", head.name, head.version, head.app_version);
    }
    if show.description || context.compat() == Compat::V4 {
        out += &format!("DESCRIPTION: {}\n", info.description);
    }
    out += &resources(show.tables);
    out += &tests(release);
    if show.everything {
        out += &values(context, release)?;
    }
    if show.everything || info.description.eq_ignore_ascii_case("Dry run complete") {
        out += "HOOKS:\n";
        for hook in &release.hooks {
            out += &format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest);
        }
        out += &format!("MANIFEST:\n{}\n", release.manifest);
    }
    if !show.hide_notes && !info.notes.is_empty() {
        out += &format!("NOTES:\n{}\n", info.notes.trim());
    }
    Ok(out)
}

/// The tables of live objects that `status` reads.
fn resources(groups: &[(String, Vec<Table>)]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let mut out = "RESOURCES:\n".to_owned();
    for (group, tables) in groups {
        out += &format!("==> {group}\n");
        out.extend(tables.iter().map(object_table));
        out.push('\n');
    }
    out + "\n"
}

/// The layout of kubectl: only columns that are always shown, three blanks between.
fn object_table(table: &Table) -> String {
    let columns = &table.column_definitions;
    let shown: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].priority == 0).collect();
    let header = shown.iter().map(|i| columns[*i].name.to_uppercase()).collect();
    let mut rows: Vec<Vec<String>> = vec![header];
    for row in &table.rows {
        rows.push(shown.iter().map(|i| row.cells.get(*i).map(cell_text).unwrap_or_default()).collect());
    }
    let widths: Vec<usize> =
        (0..shown.len()).map(|i| rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out += cells.join("   ").trim_end();
        out.push('\n');
    }
    out
}

fn cell_text(cell: &serde_json::Value) -> String {
    match cell {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Null => "<none>".to_owned(),
        other => other.to_string(),
    }
}

fn tests(release: &Release) -> String {
    let order = execution_order(&release.hooks, &HookEvent::Test);
    if order.is_empty() {
        return "TEST SUITE: None\n".to_owned();
    }
    let mut out = String::new();
    for hook in release.hooks.iter().filter(|h| h.runs_at(&HookEvent::Test)) {
        let Some(started) = &hook.last_run.started_at else { continue };
        let completed = hook.last_run.completed_at.as_ref().map_or_else(zero_time, ansi_c);
        out += &format!(
            "TEST SUITE:     {}\nLast Started:   {}\nLast Completed: {completed}\nPhase:          {}\n",
            hook.name,
            ansi_c(started),
            hook.last_run.phase
        );
    }
    out
}

fn values(context: &Context, release: &Release) -> Result<String, CliError> {
    let supplied = release.config_values().or_fail()?;
    let computed = computed_values(context, release)?;
    let (supplied, computed) = (yaml_of(&supplied_value(supplied))?, yaml_of(&Value::Map(computed))?);
    Ok(format!("USER-SUPPLIED VALUES:\n{supplied}\nCOMPUTED VALUES:\n{computed}\n"))
}

/// Supplied values as they are shown: none are `null` in Helm, not an empty map.
pub(crate) fn supplied_value(values: govalue::Map) -> Value {
    if values.is_empty() { Value::Nil } else { Value::Map(values) }
}

/// The values that the chart of a release saw.
fn computed_values(context: &Context, release: &Release) -> Result<govalue::Map, CliError> {
    let supplied = release.config_values().or_fail()?;
    let Some(record) = &release.chart else { return Ok(supplied) };
    let chart = record.to_chart().or_fail()?;
    let mut warnings = Vec::new();
    helm_chart::values::coalesce(&chart, &supplied, context.compat(), &mut warnings).or_fail()
}

/// Values as YAML with a line break at the end.
pub(crate) fn yaml_of(value: &Value) -> Result<String, CliError> {
    let bytes = govalue::yaml::sigs::marshal(value).or_fail()?;
    String::from_utf8(bytes).or_fail()
}

/// `Mon Jan  2 15:04:05 2006`, Go's `time.ANSIC`.
pub(crate) fn ansi_c(time: &Time) -> String {
    let at = time.instant().to_zoned(TimeZone::fixed(time.offset()));
    at.strftime("%a %b %e %H:%M:%S %Y").to_string()
}

fn zero_time() -> String {
    "Mon Jan  1 00:00:00 0001".to_owned()
}

/// Go's `Time.String`: `2006-01-02 15:04:05.999999999 -0700 MST`.
pub(crate) fn go_time(time: &Time) -> String {
    let at = time.instant().to_zoned(TimeZone::fixed(time.offset()));
    let nanos = match time.instant().subsec_nanosecond() {
        0 => String::new(),
        n => format!(".{n:09}").trim_end_matches('0').to_owned(),
    };
    format!("{}{nanos} {} {}", at.strftime("%Y-%m-%d %H:%M:%S"), at.strftime("%z"), zone_name(time))
}

/// The zone's name where it is this machine's zone or UTC; Go knows no other by its offset.
fn zone_name(time: &Time) -> String {
    let local = TimeZone::system();
    let info = local.to_offset_info(time.instant());
    if info.offset() == time.offset() {
        return info.abbreviation().to_owned();
    }
    if time.offset().is_zero() {
        return "UTC".to_owned();
    }
    time.instant().to_zoned(TimeZone::fixed(time.offset())).strftime("%z").to_string()
}

/// A table of text cells under a header.
pub(crate) fn rows(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let header = header.iter().map(|h| (*h).to_owned()).collect();
    table(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}
