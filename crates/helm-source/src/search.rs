//! Finding charts: in the indexes of the configured repositories, or by asking a hub.

use std::collections::HashSet;

use gonet::Url;
use goregexp::Regex;
use gosemver::Constraint;
use http::Method;
use serde::Serialize;
use serde_json::Value as Json;

use crate::http::{Access, Request};
use crate::repositories::File;
use crate::{Chart, Index, Sources, Version, cached};

/// Scores above this are no matches.
const HIGHEST_SCORE: usize = 25;

/// What stands between the fields that are searched.
const SEPARATOR: char = '\u{b}';

/// What is looked for in repositories.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Words that must be there as they are, or a regular expression; empty for everything.
    pub term: String,
    /// Whether the term is a regular expression.
    pub regexp: bool,
    /// Whether all versions of a chart are shown.
    pub versions: bool,
    /// The versions that count.
    pub version: String,
}

/// Why a search cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Nothing to search in.
    #[error("no repositories configured")]
    NoRepositories,
    /// The expression is not one.
    #[error("{0}")]
    Expression(String),
    /// The range of versions is not one.
    #[error("an invalid version/constraint format: {0}")]
    Constraint(String),
    /// The hub's address is no URL or has no host.
    #[error("unable to create connection to {}: {reason}", crate::quoted(.endpoint))]
    Endpoint {
        /// The address.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// The hub did not answer. Helm says why only when debugging.
    #[error("unable to perform search against {}", crate::quoted(.endpoint))]
    Hub {
        /// The address.
        endpoint: String,
    },
}

/// A chart that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// `repository/name`.
    pub name: String,
    /// The chart's version.
    pub version: String,
    /// Version of the application inside.
    pub app_version: String,
    /// One sentence about the chart.
    pub description: String,
}

/// Searches the indexes in the cache. Repositories without one are remarked upon.
pub fn repositories(sources: &Sources, search: &Search) -> Result<Vec<Found>, SearchError> {
    let known = match File::load(&sources.places.repository_config) {
        Ok(file) if !file.repositories.is_empty() => file,
        _ => return Err(SearchError::NoRepositories),
    };
    let mut indexes = Vec::new();
    for entry in &known.repositories {
        match cached(sources, &entry.name) {
            Ok(index) => indexes.push((entry.name.as_str(), index)),
            Err(error) => sources.warn(
                "repo is corrupt or missing",
                &[("repo", &entry.name), ("error", &error.to_string())],
                format!(
                    "WARNING: Repo {} is corrupt or missing. Try 'helm repo update'.\nWARNING: {error}",
                    crate::quoted(&entry.name)
                ),
            ),
        }
    }
    let matcher = Matcher::new(search)?;
    let mut hits = Vec::new();
    for (repository, index) in &indexes {
        index.charts().for_each(|chart| matcher.chart(repository, chart, &mut hits));
    }
    let constraint =
        Constraint::parse(&search.version).map_err(|e| SearchError::Constraint(e.to_string()))?;
    // Within a chart the versions come newest first already.
    hits.sort_by(|a, b| (a.score, &a.name).cmp(&(b.score, &b.name)));
    let mut shown = HashSet::new();
    let mut found = Vec::new();
    for hit in &hits {
        if !search.versions && shown.contains(hit.name.as_str()) {
            continue;
        }
        if gosemver::Version::parse(hit.version.version()).is_ok_and(|v| constraint.check(&v)) {
            shown.insert(hit.name.as_str());
            found.push(Found {
                name: hit.name.clone(),
                version: hit.version.version().to_owned(),
                app_version: hit.version.app_version().to_owned(),
                description: hit.version.description().to_owned(),
            });
        }
    }
    Ok(found)
}

/// The version that is searched for: a range that was given, else stable ones or with `devel` all.
pub fn version_range(version: &str, devel: bool) -> &str {
    match (version, devel) {
        ("", true) => ">0.0.0-0",
        ("", false) => ">0.0.0",
        (version, _) => version,
    }
}

/// A version that the term fits.
struct Hit<'a> {
    name: String,
    score: usize,
    version: Version<'a>,
}

/// The term, ready for use.
enum Matcher {
    Everything,
    Words(String),
    Expression(Regex),
}

impl Matcher {
    fn new(search: &Search) -> Result<Matcher, SearchError> {
        if search.term.is_empty() {
            return Ok(Matcher::Everything);
        }
        if search.regexp {
            let regex = Regex::new(&search.term).map_err(|e| SearchError::Expression(e.to_string()))?;
            return Ok(Matcher::Expression(regex));
        }
        Ok(Matcher::Words(search.term.to_lowercase()))
    }

    /// Adds the versions of a chart that fit. A version that says the same as the one before is not looked at again; of
    /// entries with the same version the last counts.
    fn chart<'a>(&self, repository: &str, chart: Chart<'a>, hits: &mut Vec<Hit<'a>>) {
        let path = Url::default().joined(&[repository, chart.name()]).decoded_path();
        let name = path.split("$$").next().unwrap_or(&path).to_owned();
        let mut last: Option<(Version<'a>, Option<usize>)> = None;
        let mut seen = HashSet::new();
        let first = hits.len();
        for version in chart.versions().rev() {
            if !seen.insert(version.version()) {
                continue;
            }
            let score = match last {
                Some((before, score)) if says_the_same(before, version) => score,
                _ => self.score(&line(repository, version)),
            };
            last = Some((version, score));
            if let Some(score) = score {
                hits.push(Hit { name: name.clone(), score, version });
            }
        }
        hits[first..].reverse();
    }

    /// How far from the start of a line the term is, in fields; `None` when it is not there.
    fn score(&self, line: &str) -> Option<usize> {
        let (line, at) = match self {
            Matcher::Everything => return Some(0),
            Matcher::Words(words) => {
                let line = line.to_lowercase();
                let at = line.find(words.as_str())?;
                (line, at)
            }
            Matcher::Expression(regex) => {
                let at = regex.find_index(line.as_bytes())?.start;
                (line.to_owned(), at)
            }
        };
        let score =
            line.char_indices().filter(|(_, c)| *c == SEPARATOR).take_while(|(pos, _)| at > *pos).count();
        (score < HIGHEST_SCORE).then_some(score)
    }
}

fn says_the_same(a: Version<'_>, b: Version<'_>) -> bool {
    a.name() == b.name() && a.description() == b.description() && a.keywords().eq(b.keywords())
}

/// What a version is found by: name, repository and name, description, keywords.
fn line(repository: &str, version: Version<'_>) -> String {
    let name = version.name();
    let keywords: Vec<&str> = version.keywords().collect();
    let s = SEPARATOR;
    format!("{name}{s}{repository}/{name}{s}{}{s}{}", version.description(), keywords.join(" "))
}

/// A chart that a hub knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HubChart {
    /// Its page.
    pub url: String,
    /// Its latest version.
    pub version: String,
    /// Version of the application inside.
    pub app_version: String,
    /// One sentence about it.
    pub description: String,
    /// Where it can be had.
    pub repository: HubRepository,
}

/// The repository of a chart that a hub knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HubRepository {
    /// Its address.
    pub url: String,
    /// Its name.
    pub name: String,
}

/// Asks a hub (Artifact Hub, or what speaks Monocular's interface).
pub async fn hub(sources: &Sources, endpoint: &str, term: &str) -> Result<Vec<HubChart>, SearchError> {
    let unusable = |reason: String| SearchError::Endpoint { endpoint: endpoint.to_owned(), reason };
    let base = Url::parse(endpoint).map_err(|e| unusable(e.to_string()))?;
    if base.hostname().is_empty() {
        return Err(unusable("no hostname provided".to_owned()));
    }
    let mut url = base.joined(&["api/chartsvc/v1/charts/search"]);
    url.query = Some(format!("q={}", gonet::query_escape(term)));
    let silent = |error: String| {
        sources.debug("search failed", &[("error", &error)]);
        SearchError::Hub { endpoint: endpoint.to_owned() }
    };
    let request = Request::new(Method::GET, url.clone());
    let response =
        sources.client.request(request, &Access::default()).await.map_err(|e| silent(e.to_string()))?;
    if response.status != ::http::StatusCode::OK {
        let status = response.status_text();
        return Err(silent(format!("failed to fetch {} : {status}", url.without_password())));
    }
    let body = response.bytes(32 << 20).await.map_err(|e| silent(e.to_string()))?;
    // An answer that cannot be read is one without charts, as in Helm.
    let answer: Json = serde_json::from_slice(&body).unwrap_or_default();
    let charts = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(charts.iter().map(|chart| hub_chart(endpoint, chart)).collect())
}

fn hub_chart(endpoint: &str, chart: &Json) -> HubChart {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let (attributes, latest) = (&chart["attributes"], &chart["relationships"]["latestChartVersion"]["data"]);
    let page = text(&chart["artifactHub"]["packageUrl"]);
    HubChart {
        url: if page.is_empty() { format!("{endpoint}/charts/{}", text(&chart["id"])) } else { page },
        version: text(&latest["version"]),
        app_version: text(&latest["app_version"]),
        description: text(&attributes["description"]),
        repository: HubRepository {
            url: text(&attributes["repo"]["url"]),
            name: text(&attributes["repo"]["name"]),
        },
    }
}

/// All charts of an index whose names begin so, for shells to complete.
pub fn names<'a>(index: &'a Index, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    index.charts().map(Chart::name).filter(move |name| name.starts_with(prefix))
}
