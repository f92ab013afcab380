//! A web server as people run it: Debian's nginx with folders of charts, in the open, for users only, behind TLS, and
//! behind TLS for who has a certificate.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::process::{step, wait_until};

/// A running nginx; it ends when dropped.
pub(crate) struct Web {
    child: Child,
    pub(crate) plain: String,
    pub(super) users: String,
    pub(super) tls: String,
    pub(super) mutual: String,
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Web {
    /// Serves `folder`/charts; certificates and logs go into the folder.
    pub(crate) fn start(folder: &Path) -> Result<Web, String> {
        certificates(folder)?;
        let ports = free_ports(4)?;
        fs::write(folder.join("users"), "joe:{PLAIN}s3cret\n").map_err(|e| e.to_string())?;
        fs::write(folder.join("nginx.conf"), config(folder, &ports)).map_err(|e| e.to_string())?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(folder)
            .args(["-e", "error.log", "-c"])
            .arg(folder.join("nginx.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("nginx: {e}"))?;
        let url = |scheme: &str, at: usize| format!("{scheme}://127.0.0.1:{}", ports[at]);
        let web = Web {
            child,
            plain: url("http", 0),
            users: url("http", 1),
            tls: url("https", 2),
            mutual: url("https", 3),
        };
        let up = || ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok());
        match wait_until(Duration::from_secs(10), up) {
            true => Ok(web),
            false => Err(format!(
                "nginx does not come up: {}",
                fs::read_to_string(folder.join("error.log")).unwrap_or_default()
            )),
        }
    }
}

fn free_ports(count: usize) -> Result<Vec<u16>, String> {
    let listeners: Result<Vec<TcpListener>, _> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let ports = listeners.and_then(|all| all.iter().map(|l| Ok(l.local_addr()?.port())).collect());
    ports.map_err(|e: std::io::Error| e.to_string())
}

fn config(folder: &Path, ports: &[u16]) -> String {
    let root = folder.join("charts");
    let root = root.display();
    let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("  {kind}_temp_path temp-{kind};\n"))
        .collect();
    // Workers of a server that root started would be somebody else, who cannot read a private folder.
    let user = if folder_owner_is_root(folder) { "user root;\n" } else { "" };
    let tls = "ssl_certificate server.pem; ssl_certificate_key server.key;";
    format!(
        "{user}daemon off;\nworker_processes 1;\npid nginx.pid;\nevents {{}}\nhttp {{\n  access_log off;\n{temp}  root {root};\n  \
         server {{ listen 127.0.0.1:{}; location /moved/ {{ rewrite ^/moved/(.*) /$1 redirect; }} }}\n  \
         server {{ listen 127.0.0.1:{}; auth_basic charts; auth_basic_user_file users; }}\n  \
         server {{ listen 127.0.0.1:{} ssl; {tls} }}\n  \
         server {{ listen 127.0.0.1:{} ssl; {tls} ssl_client_certificate ca.pem; ssl_verify_client on; }}\n}}\n",
        ports[0], ports[1], ports[2], ports[3]
    )
}

#[cfg(unix)]
fn folder_owner_is_root(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}

#[cfg(not(unix))]
fn folder_owner_is_root(_: &Path) -> bool {
    false
}

/// An authority, a server's certificate for 127.0.0.1 and a client's.
fn certificates(folder: &Path) -> Result<(), String> {
    let openssl = |args: &str| {
        step(Command::new("openssl").args(args.split(' ')).current_dir(folder).stderr(Stdio::null()))
    };
    fs::write(folder.join("server.ext"), "subjectAltName=IP:127.0.0.1\n").map_err(|e| e.to_string())?;
    fs::write(folder.join("client.ext"), "extendedKeyUsage=clientAuth\n").map_err(|e| e.to_string())?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"))?;
    for name in ["server", "client"] {
        openssl(&format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"))?;
        openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out {name}.pem -extfile {name}.ext"
        ))?;
    }
    Ok(())
}
