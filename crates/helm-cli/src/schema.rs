//! Documents that a chart's schema refers to: files, and pages that are fetched when a schema asks for them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gonet::Url;
use helm_chart::schema::Loader;
use helm_render::Schema;
use helm_source::http::{Access, Client, Request};
use http::Method;

use crate::context::Context;
use crate::parse::Args;

/// How long Helm waits for a document.
const PATIENCE: Duration = Duration::from_secs(15);
/// More than any schema has.
const LIMIT: u64 = 32 * 1024 * 1024;

/// Whether values are checked, as the flags say.
pub(crate) fn choice(context: &Context, args: &Args) -> Schema {
    match args.on("skip-schema-validation") {
        true => Schema::Skip,
        false => Schema::Load(Arc::new(Documents { client: crate::source::client(context) })),
    }
}

struct Documents {
    client: Client,
}

impl Loader for Documents {
    fn load(&self, url: &str) -> Result<Vec<u8>, String> {
        let parsed = Url::parse(url).map_err(|e| e.to_string())?;
        match parsed.scheme.as_str() {
            "file" => read(Path::new(&parsed.decoded_path())),
            _ => self.fetch(url, parsed),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    helm_chart::dir::read_regular(path, helm_chart::MAX_CHART_SIZE).map_err(|e| {
        let operation = if e.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" };
        crate::text::path_error(operation, path, &e)
    })
}

impl Documents {
    /// The text of a page. On a thread of its own: the verb that renders may have a runtime, the page needs one.
    fn fetch(&self, url: &str, parsed: Url) -> Result<Vec<u8>, String> {
        let failed = |e: &dyn std::fmt::Display| format!("HTTP request failed for {url}: {e}");
        let access = Access { timeout: Some(PATIENCE), ..Access::default() };
        let work = async {
            let request = Request::new(Method::GET, parsed);
            let response = self.client.request(request, &access).await.map_err(|e| failed(&e))?;
            if response.status.as_u16() != 200 {
                let (code, text) = (response.status.as_str(), response.status.canonical_reason());
                let text = text.unwrap_or_default();
                return Err(format!("HTTP request to {url} returned status {code} ({text})"));
            }
            response.bytes(LIMIT).await.map_err(|e| e.to_string())
        };
        std::thread::scope(|scope| {
            let page = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map_err(|e| failed(&e))?.block_on(work)
            });
            page.join().unwrap_or_else(|_| Err(failed(&"the request ended")))
        })
    }
}
