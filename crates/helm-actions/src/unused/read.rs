use std::collections::HashSet;

use govalue::{Trace, Traced};
use helm_chart::Chart;
use helm_chart::origin::{Path, Step};
use helm_chart::values::GLOBAL;

use super::Reason;

/// What was read of the computed values.
pub(super) struct Reads<'t> {
    trace: &'t Trace,
    /// Where the values of each chart are.
    charts: HashSet<Path>,
    /// Keys that switch subcharts on and off.
    switches: HashSet<Path>,
    /// Subcharts that are off.
    off: Vec<Off>,
}

struct Off {
    at: Path,
    condition: String,
    tags: Vec<String>,
}

impl<'t> Reads<'t> {
    /// `loaded` is the chart as it was loaded, `processed` what its dependencies left of it.
    pub(super) fn new(loaded: &Chart, processed: &Chart, trace: &'t Trace) -> Reads<'t> {
        let mut reads = Reads { trace, charts: HashSet::new(), switches: HashSet::new(), off: Vec::new() };
        reads.chart(loaded, Some(processed), &Path::default());
        reads
    }

    /// `chart` is off where there is no `processed` one.
    fn chart(&mut self, chart: &Chart, processed: Option<&Chart>, at: &Path) {
        if processed.is_some() {
            self.charts.insert(at.clone());
        }
        for dependency in &chart.metadata.dependencies {
            let conditions = dependency.condition.split(',').map(str::trim).filter(|c| !c.is_empty());
            for condition in conditions {
                // Helm knows no escapes here.
                let path = condition.split('.').fold(at.clone(), |path, key| path.key(key));
                self.switches.insert(path);
            }
            for tag in &dependency.tags {
                self.switches.insert(Path::default().key("tags").key(tag.as_str()));
            }
            let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            let on = processed.and_then(|p| p.dependencies.iter().find(|c| c.name() == name));
            let place = at.key(name.as_str());
            if on.is_none() {
                let (condition, tags) = (dependency.condition.clone(), dependency.tags.clone());
                self.off.push(Off { at: place.clone(), condition, tags });
            }
            let Some(child) = chart.dependencies.iter().find(|c| c.name() == dependency.name) else {
                continue;
            };
            self.chart(child, on.map(|on| &**on), &place);
        }
        // Charts that no dependency names are on.
        let declared = |name: &str| chart.metadata.dependencies.iter().any(|d| d.name == name);
        for child in chart.dependencies.iter().filter(|c| !declared(c.name())) {
            let on = processed.and_then(|p| p.dependencies.iter().find(|c| c.name() == child.name()));
            self.chart(child, on.map(|on| &**on), &at.key(child.name()));
        }
    }

    /// How many steps of a supplied key lead to the outermost one that was not read, if any.
    pub(super) fn unread(&self, path: &Path) -> Option<(usize, Reason)> {
        if self.switches.contains(path) {
            return None;
        }
        if let Some(off) = self.off.iter().find(|off| path.0.starts_with(&off.at.0) && path != &off.at) {
            let reason = Reason::SubchartOff {
                subchart: off.at.clone(),
                condition: off.condition.clone(),
                tags: off.tags.clone(),
            };
            return Some((path.0.len(), reason));
        }
        let mut length =
            self.places(path).iter().map(|place| self.unread_at(&place.0)).try_fold(0, |most, unread| {
                // Read in one place is read.
                unread.map(|length| usize::max(most, path.0.len() - length))
            })?;
        // What a switch is in was read.
        while length < path.0.len() && self.switches.iter().any(|s| s.0.starts_with(&path.0[..length])) {
            length += 1;
        }
        Some((length, Reason::Unknown { similar: None }))
    }

    /// Where a key ends up: a global one in every subchart too.
    fn places(&self, path: &Path) -> Vec<Path> {
        let global = Step::Key(GLOBAL.into());
        let mut places = vec![path.clone()];
        let Some(at) = path.0.iter().position(|step| *step == global) else { return places };
        let (above, below) = path.0.split_at(at);
        let charts = self.charts.iter().filter(|c| c.0.len() > at && c.0.starts_with(above));
        places.extend(charts.map(|chart| Path(chart.0.iter().chain(below).cloned().collect())));
        places
    }

    /// The number of steps behind the outermost one that was not read, if there is such a one.
    fn unread_at(&self, path: &[Step]) -> Option<usize> {
        let mut trace = self.trace;
        let mut at = 0;
        while let Some(Step::Key(key)) = path.get(at) {
            // Nobody looked into the table, but somebody had it: that counts, as it may have been tested for being
            // empty. The values of a chart are always had by the engine.
            let is_chart = self.charts.contains(&Path(path[..at].to_vec()));
            if trace.is_untouched() && !is_chart {
                return None;
            }
            at += 1;
            if !trace.was_read_whole()
                && !trace.was_looked_up(key)
                && !self.charts.contains(&Path(path[..at].to_vec()))
            {
                return Some(path.len() - at);
            }
            let mut below = trace.at(key);
            while let (Traced::List(items), Some(Step::Index(index))) = (below, path.get(at)) {
                below = items.get(*index).unwrap_or(&Traced::Scalar);
                at += 1;
            }
            match below {
                Traced::Map(inner) => trace = inner,
                Traced::Scalar | Traced::List(_) => return None,
            }
        }
        None
    }
}
