//! A small HTTP server on a free port of the loopback interface: one thread a connection, one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::fault::Fault;

/// What a client asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method in upper case.
    pub method: String,
    /// The path, as it was sent, without the query.
    pub path: String,
    /// The query without its question mark.
    pub query: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Path and query.
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// What a server answers.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Code and reason: `404 Not Found`.
    pub status: String,
    /// Headers; the length of the body and `Connection: close` are added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What goes wrong on the way.
    pub fault: Option<Fault>,
}

impl Response {
    /// An answer with a status such as `200 OK` and a body.
    pub fn new(status: &str, body: impl Into<Vec<u8>>) -> Response {
        Response { status: status.to_owned(), body: body.into(), ..Response::default() }
    }

    /// `200 OK` and a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Response {
        Response::new("200 OK", body)
    }

    /// `404 Not Found`.
    pub fn not_found() -> Response {
        Response::new("404 Not Found", "not found\n")
    }

    /// The answer with a header more.
    pub fn header(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The answer with something that goes wrong.
    pub fn fault(mut self, fault: Fault) -> Response {
        self.fault = Some(fault);
        self
    }
}

type Handler = dyn Fn(&Request) -> Response + Send + Sync;

/// A running server; dropping it ends it.
pub struct Server {
    address: SocketAddr,
    ending: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Request>>>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers with what the closure makes of a request.
    pub fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port");
        let ending = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let handler: Arc<Handler> = Arc::new(handler);
        let (end, log) = (ending.clone(), seen.clone());
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Acquire) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (handler, log, end) = (handler.clone(), log.clone(), end.clone());
                std::thread::spawn(move || {
                    // A client that went away is no failure of the test.
                    let _ = serve(stream, &handler, &log, &end);
                });
            }
        });
        Server { address, ending, seen, accepting: Some(accepting) }
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().expect("no thread panicked").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Release);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// Sends one request and answers status line and body.
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &[u8],
) -> std::io::Result<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut reader = BufReader::new(stream);
    let mut status = String::new();
    reader.read_line(&mut status)?;
    let headers = read_headers(&mut reader)?;
    let body = read_body(&mut reader, &headers)?.unwrap_or_default();
    Ok((status.trim().to_owned(), body))
}

fn serve(
    stream: TcpStream,
    handler: &Arc<Handler>,
    log: &Mutex<Vec<Request>>,
    ending: &AtomicBool,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let Some(request) = read_request(&mut BufReader::new(&stream))? else { return Ok(()) };
    log.lock().expect("no thread panicked").push(request.clone());
    let response = handler(&request);
    write_response(stream, &response, request.method == "HEAD", ending)
}

/// Reads a request; `None` when there is none.
pub(crate) fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut request =
        Request { method, path: path.to_owned(), query: query.to_owned(), ..Request::default() };
    request.headers = read_headers(reader)?;
    if request.header("expect").is_some_and(|e| e == "100-continue") {
        return Err(std::io::Error::other("the server does not speak of continuing"));
    }
    request.body = read_body(reader, &request.headers)?.unwrap_or_default();
    Ok(Some(request))
}

pub(crate) fn read_headers(reader: &mut impl BufRead) -> std::io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(headers);
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Reads a body of a known length or in chunks; `None` when the headers announce none.
pub(crate) fn read_body(
    reader: &mut impl BufRead,
    headers: &[(String, String)],
) -> std::io::Result<Option<Vec<u8>>> {
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if header("transfer-encoding").is_some_and(|e| e.contains("chunked")) {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size =
                usize::from_str_radix(line.trim().split(';').next().unwrap_or_default(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            if size == 0 {
                return Ok(Some(body));
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
    let Some(length) = header("content-length").and_then(|v| v.parse::<u64>().ok()) else { return Ok(None) };
    reader.take(length).read_to_end(&mut body)?;
    Ok(Some(body))
}

fn write_response(
    mut stream: TcpStream,
    response: &Response,
    head_only: bool,
    ending: &AtomicBool,
) -> std::io::Result<()> {
    let mut length = response.body.len();
    match &response.fault {
        Some(Fault::Close) => return Ok(()),
        Some(Fault::Hang) => {
            hang(ending);
            return Ok(());
        }
        Some(Fault::WrongLength(announced)) => length = *announced,
        _ => {}
    }
    let mut head = format!("HTTP/1.1 {}\r\n", response.status);
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let has_length = response.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-length"));
    if !has_length {
        head += &format!("Content-Length: {length}\r\n");
    }
    head += "Connection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    if head_only {
        return Ok(());
    }
    match &response.fault {
        Some(Fault::Truncate(at)) => stream.write_all(&response.body[..response.body.len().min(*at)])?,
        Some(Fault::HangAfter(at)) => {
            stream.write_all(&response.body[..response.body.len().min(*at)])?;
            stream.flush()?;
            hang(ending);
        }
        Some(Fault::Slow { bytes, pause }) => {
            for part in response.body.chunks((*bytes).max(1)) {
                stream.write_all(part)?;
                stream.flush()?;
                std::thread::sleep(*pause);
            }
        }
        _ => stream.write_all(&response.body)?,
    }
    stream.flush()
}

/// Says nothing until the server ends, for two minutes at most.
fn hang(ending: &AtomicBool) {
    for _ in 0..1200 {
        if ending.load(Ordering::Acquire) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
