//! What goes wrong on real networks, on demand.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::http::{Request, Response, Server, read_body, read_headers};

/// Something that goes wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before a word is said.
    Close,
    /// Nothing is ever said.
    Hang,
    /// The head and so many bytes come, then nothing more.
    HangAfter(usize),
    /// The connection is closed after so many bytes of the body.
    Truncate(usize),
    /// The body comes in parts of so many bytes with pauses between.
    Slow {
        /// Bytes in a part.
        bytes: usize,
        /// The pause after a part.
        pause: Duration,
    },
    /// Another length is announced than the body has.
    WrongLength(usize),
    /// The server answers with this status (`503 Service Unavailable`) and headers instead.
    Status(String, Vec<(String, String)>),
    /// The body is replaced: an index that lies, an archive that is another.
    Body(Vec<u8>),
}

/// Which requests a fault is for, how often, and what it is.
#[derive(Clone, Debug)]
struct Planned {
    method: &'static str,
    path: Part,
    times: usize,
    fault: Fault,
}

/// What a path must have.
#[derive(Clone, Debug)]
enum Part {
    End(String),
    Anywhere(String),
}

impl Planned {
    fn is_for(&self, request: &Request) -> bool {
        let path = match &self.path {
            Part::End(end) => request.path.ends_with(end),
            Part::Anywhere(part) => request.path.contains(part),
        };
        self.times > 0 && path && (self.method.is_empty() || self.method == request.method)
    }
}

/// Stands before a server (of plain HTTP) and passes everything on, but for what was planned.
pub struct FaultProxy {
    server: Server,
    plan: Arc<Mutex<VecDeque<Planned>>>,
}

impl FaultProxy {
    /// A proxy before the server at an address.
    pub fn start(upstream: SocketAddr) -> FaultProxy {
        let plan: Arc<Mutex<VecDeque<Planned>>> = Arc::default();
        let planned = plan.clone();
        let server = Server::start(move |request| {
            let fault = next_fault(&mut planned.lock().expect("no thread panicked"), request);
            match fault {
                Some(Fault::Status(status, headers)) => {
                    Response { status, headers, body: b"a fault on purpose\n".to_vec(), fault: None }
                }
                Some(fault @ (Fault::Close | Fault::Hang)) => Response::ok("").fault(fault),
                Some(Fault::Body(body)) => Response { body, ..forward(upstream, request) },
                fault => Response { fault, ..forward(upstream, request) },
            }
        });
        FaultProxy { server, plan }
    }

    /// Plans a fault for the next requests whose path ends so; each one uses it up once.
    pub fn fail(&self, path_end: &str, times: usize, fault: Fault) {
        self.plan("", Part::End(path_end.to_owned()), times, fault);
    }

    /// Plans a fault for the next requests of a method whose path has such a part.
    pub fn fail_request(&self, method: &'static str, part: &str, times: usize, fault: Fault) {
        self.plan(method, Part::Anywhere(part.to_owned()), times, fault);
    }

    fn plan(&self, method: &'static str, path: Part, times: usize, fault: Fault) {
        let planned = Planned { method, path, times, fault };
        self.plan.lock().expect("no thread panicked").push_back(planned);
    }

    /// Forgets what was planned.
    pub fn heal(&self) {
        self.plan.lock().expect("no thread panicked").clear();
    }

    /// The proxy's own address.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The proxy's own URL.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

fn next_fault(plan: &mut VecDeque<Planned>, request: &Request) -> Option<Fault> {
    let at = plan.iter().position(|p| p.is_for(request))?;
    plan[at].times -= 1;
    Some(plan[at].fault.clone())
}

/// Passes a request on and answers what the server says.
fn forward(upstream: SocketAddr, request: &Request) -> Response {
    exchange(upstream, request).unwrap_or_else(|e| Response::new("502 Bad Gateway", format!("{e}\n")))
}

fn exchange(upstream: SocketAddr, request: &Request) -> std::io::Result<Response> {
    let mut stream = TcpStream::connect(upstream)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target());
    let hop = ["connection", "content-length", "transfer-encoding"];
    for (name, value) in request.headers.iter().filter(|(name, _)| !hop.contains(&name.as_str())) {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", request.body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.trim().split_once(' ').map_or("502 Bad Gateway", |(_, status)| status).to_owned();
    let headers = read_headers(&mut reader)?;
    let without_body = request.method == "HEAD" || status.starts_with("204") || status.starts_with("304");
    let body = match without_body {
        true => Vec::new(),
        false => match read_body(&mut reader, &headers)? {
            Some(body) => body,
            None => {
                let mut body = Vec::new();
                reader.read_to_end(&mut body)?;
                body
            }
        },
    };
    // The length of an answer to HEAD is that of the body that does not come.
    let kept = |name: &str| match name {
        "connection" | "transfer-encoding" => false,
        "content-length" => request.method == "HEAD",
        _ => true,
    };
    let headers = headers.into_iter().filter(|(name, _)| kept(name)).collect();
    Ok(Response { status, headers, body, fault: None })
}
