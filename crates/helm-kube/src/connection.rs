//! The connection to an API server: HTTP/2 where the server has it, as with client-go, so that all requests share one
//! connection and one handshake.

use std::time::Duration;

use http::Request;
use hyper_util::client::legacy::Builder;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::Config;
use kube::client::{Body, ConfigExt};
use tower::{BoxError, Layer, ServiceExt};

use crate::Error;

/// A connection that is silent for so long is asked whether it is still there (client-go's `ReadIdleTimeout`).
const SILENCE: Duration = Duration::from_secs(30);
/// How long the answer to that may take (client-go's `PingTimeout`).
const PING_TIMEOUT: Duration = Duration::from_secs(15);

/// Connects on the first request.
pub(crate) fn open(config: Config) -> Result<kube::Client, Error> {
    // Through a proxy the library's own connection serves: tunnels, logins and SOCKS are its business.
    if config.proxy_url.is_some() {
        return kube::Client::try_from(config).map_err(problem);
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    // Small requests must not wait for the acknowledgement of the one before.
    connector.set_nodelay(true);
    let tls = config.rustls_client_config().map_err(problem)?;
    let mut https = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    if let Some(name) = config.tls_server_name.clone() {
        let name = name.try_into().map_err(|e| Error::Config(format!("tls-server-name: {e}")))?;
        https = https.with_server_name_resolver(hyper_rustls::FixedServerNameResolver::new(name));
    }
    let mut connector =
        hyper_timeout::TimeoutConnector::new(https.enable_all_versions().wrap_connector(connector));
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    connector.set_reset_reader_on_write(config.reset_reader_on_write);
    let client = Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .http2_keep_alive_interval(SILENCE)
        .http2_keep_alive_timeout(PING_TIMEOUT)
        .build::<_, Body>(connector);
    let service = ServiceExt::<Request<Body>>::map_err(client, BoxError::from);
    let service = config.extra_headers_layer().map_err(problem)?.layer(service);
    let service = tower::util::option_layer(config.auth_layer().map_err(problem)?).layer(service);
    let service = tower_http::decompression::DecompressionLayer::new().layer(service);
    let service = config.base_uri_layer().layer(service);
    Ok(kube::Client::new(service, config.default_namespace))
}

fn problem(error: kube::Error) -> Error {
    Error::Config(error.to_string())
}
