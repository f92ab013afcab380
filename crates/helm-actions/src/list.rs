use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::selector::Selector;
use goregexp::Regex;
use helm_release::{Revision, Status, Summary};
use helm_store::Record;

use crate::{ActionError, Context, Failure};

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// By name.
    #[default]
    Name,
    /// By the time of the last deployment, oldest first.
    Date,
}

/// Which releases are listed.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// A regular expression that names match; all when empty.
    pub filter: String,
    /// A label selector; all when empty.
    pub selector: String,
    /// The states to show; all of Helm's when empty.
    pub states: Vec<Status>,
    /// The order.
    pub sort: SortBy,
    /// Whether the order is reversed.
    pub reverse: bool,
    /// How many releases are passed over.
    pub offset: usize,
    /// How many releases are answered at most; 0 for all.
    pub max: usize,
}

/// Lists releases: of each its newest revision, if that is in one of the states. Only what is answered is unpacked.
pub async fn list(context: &Context, request: &ListRequest) -> Result<Vec<Summary>, Failure> {
    context.cluster().check_reachable().await?;
    let filter = if request.filter.is_empty() { None } else { Some(Regex::new(&request.filter)?) };
    let mut records = context.store().list().await?;
    records.retain(|record| {
        filter.as_ref().is_none_or(|filter| filter.is_match(Revision::release(record).as_bytes()))
    });
    // Superseded revisions are never the newest: a list of them alone shows all.
    if request.states != [Status::Superseded] {
        records = newest(records);
    }
    let selector = Selector::parse(&request.selector).map_err(|e| ActionError::Other(e.to_string()))?;
    records.retain(|record| in_states(record.status(), &request.states) && selector.matches(record.labels()));
    let request = request.clone();
    let unpacked = tokio::task::spawn_blocking(move || page(records, &request)).await;
    Ok(unpacked.map_err(|e| ActionError::Other(e.to_string()))?)
}

fn in_states(status: &Status, states: &[Status]) -> bool {
    match states {
        [] => !matches!(status, Status::Unknown | Status::Other(_)),
        states => states.contains(status),
    }
}

/// Of each release its newest revision.
fn newest(records: Vec<Record>) -> Vec<Record> {
    let mut newest: HashMap<(String, String), Record> = HashMap::new();
    for record in records {
        let key = (record.namespace().to_owned(), Revision::release(&record).to_owned());
        match newest.entry(key) {
            Entry::Vacant(free) => {
                free.insert(record);
            }
            Entry::Occupied(mut taken) if taken.get().version() < record.version() => {
                taken.insert(record);
            }
            Entry::Occupied(_) => {}
        }
    }
    newest.into_values().collect()
}

/// Sorts and cuts the list, and unpacks what stays.
fn page(mut records: Vec<Record>, request: &ListRequest) -> Vec<Summary> {
    let name = |record: &Record| (Revision::release(record).to_owned(), record.namespace().to_owned());
    match request.sort {
        SortBy::Name => {
            records.sort_by_cached_key(name);
            if request.reverse {
                records.reverse();
            }
            cut(&mut records, request);
            unpack(&records)
        }
        SortBy::Date => {
            let mut summaries = unpack(&records);
            summaries.sort_by_cached_key(|s| {
                (s.last_deployed.map(|t| t.unix()), s.name.clone(), s.namespace.clone())
            });
            if request.reverse {
                summaries.reverse();
            }
            cut(&mut summaries, request);
            summaries
        }
    }
}

fn cut<T>(list: &mut Vec<T>, request: &ListRequest) {
    list.drain(..request.offset.min(list.len()));
    if request.max > 0 {
        list.truncate(request.max);
    }
}

/// Unpacks records on all processors. One that cannot be read is passed over, as in Helm.
fn unpack(records: &[Record]) -> Vec<Summary> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let share = records.len().div_ceil(threads).max(16);
    let unpack =
        |records: &[Record]| -> Vec<Summary> { records.iter().filter_map(|r| r.summary().ok()).collect() };
    std::thread::scope(|scope| {
        let workers: Vec<_> = records.chunks(share).map(|part| scope.spawn(move || unpack(part))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    })
}
