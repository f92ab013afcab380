//! HTTP/1.1 as far as one request a connection goes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub(super) struct Request {
    pub(super) method: String,
    /// Path and query as they came.
    pub(super) target: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn read(stream: &TcpStream) -> Option<Request> {
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Request { method, target, headers, body: Vec::new() };
        let length: u64 = request.header("content-length").parse().unwrap_or(0);
        reader.take(length).read_to_end(&mut request.body).ok()?;
        Some(request)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// All values of a parameter of the query.
    pub(super) fn query(&self, name: &str) -> Vec<String> {
        form(self.target.split_once('?').map_or("", |(_, query)| query), name)
    }
}

/// All values of a field in a form.
pub(super) fn form(text: &str, name: &str) -> Vec<String> {
    let fields = text.split('&').filter_map(|field| field.split_once('='));
    fields.filter(|(n, _)| *n == name).map(|(_, value)| unescape(value)).collect()
}

fn unescape(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                let digits = String::from_utf8_lossy(&digits).into_owned();
                out.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

pub(super) struct Answer {
    status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn body(self, media_type: &str, body: Vec<u8>) -> Answer {
        Answer { body, ..self.header("Content-Type", media_type) }
    }

    /// An error in the distribution specification's form.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Answer {
        let body = format!(r#"{{"errors":[{{"code":"{code}","message":"{message}"}}]}}"#);
        Answer::new(status).body("application/json", body.into_bytes())
    }

    /// Sends the answer, or only so many bytes of its body. A client that is gone is no concern of the server's.
    pub(super) fn write(self, mut stream: &TcpStream, request: &Request, cut: Option<usize>) {
        let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", self.status);
        head += &format!("Content-Length: {}\r\n", self.body.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        let body = match (request.method.as_str(), cut) {
            ("HEAD", _) => &[][..],
            (_, Some(at)) => &self.body[..at.min(self.body.len())],
            (_, None) => &self.body,
        };
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        let _ = stream.flush();
    }
}
