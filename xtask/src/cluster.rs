//! A real Kubernetes control plane on loopback with one simulated node, for the length of a run.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::process::{Ran, run, step, wait_until};

/// A running control plane; dropping it ends all of its processes.
pub(crate) struct Cluster {
    bin: PathBuf,
    dir: tempfile::TempDir,
    processes: Vec<(&'static str, Child)>,
}

impl Cluster {
    /// Starts etcd, the API server, the controllers, the scheduler and the simulated node.
    pub(crate) fn start(bin: &Path) -> Result<Cluster, String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mut cluster = Cluster { bin: bin.to_path_buf(), dir, processes: Vec::new() };
        cluster.boot()?;
        Ok(cluster)
    }

    /// The kubeconfig file.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.dir.path().join("kubeconfig")
    }

    /// Runs `kubectl`.
    pub(crate) fn kubectl(&self, args: &[&str]) -> Result<Ran, String> {
        let config = self.kubeconfig();
        let env = [("KUBECONFIG", config.to_str().unwrap_or_default()), ("HOME", self.home())];
        run(&self.bin.join("kubectl"), args, self.dir.path(), &env, None)
    }

    fn home(&self) -> &str {
        self.dir.path().to_str().unwrap_or_default()
    }

    fn boot(&mut self) -> Result<(), String> {
        let ports = free_ports(5)?;
        let [api, etcd, etcd_peer, controllers, scheduler] = ports[..] else {
            return Err("not enough free ports".to_owned());
        };
        let dir = self.dir.path().to_path_buf();
        step(
            Command::new("openssl")
                .args(["genrsa", "-out", "sa.key", "2048"])
                .current_dir(&dir)
                .stderr(Stdio::null()),
        )?;
        fs::write(dir.join("tokens.csv"), "conformance,admin,1,\"system:masters\"\n")
            .map_err(|e| e.to_string())?;
        self.write_kubeconfig(api)?;
        let etcd_url = format!("http://127.0.0.1:{etcd}");
        let peer_url = format!("http://127.0.0.1:{etcd_peer}");
        self.spawn(
            "etcd",
            &[
                "--data-dir=etcd",
                "--unsafe-no-fsync",
                "--log-level=error",
                &format!("--listen-client-urls={etcd_url}"),
                &format!("--advertise-client-urls={etcd_url}"),
                &format!("--listen-peer-urls={peer_url}"),
                &format!("--initial-advertise-peer-urls={peer_url}"),
                &format!("--initial-cluster=default={peer_url}"),
            ],
        )?;
        self.spawn(
            "kube-apiserver",
            &[
                &format!("--etcd-servers={etcd_url}"),
                &format!("--secure-port={api}"),
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--cert-dir=certificates",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=sa.key",
                "--service-account-key-file=sa.key",
                "--token-auth-file=tokens.csv",
                "--authorization-mode=RBAC",
                "--disable-admission-plugins=TaintNodesByCondition",
            ],
        )?;
        let ready = wait_until(Duration::from_secs(90), || {
            self.kubectl(&["get", "--raw", "/readyz"]).is_ok_and(|r| r.code == 0)
        });
        if !ready {
            return Err(format!("the API server did not become ready:\n{}", self.log_tail("kube-apiserver")));
        }
        self.spawn(
            "kube-controller-manager",
            &[
                "--kubeconfig=kubeconfig",
                "--service-account-private-key-file=sa.key",
                "--leader-elect=false",
                "--controllers=*,-node-lifecycle-controller",
                &format!("--secure-port={controllers}"),
            ],
        )?;
        self.spawn(
            "kube-scheduler",
            &["--kubeconfig=kubeconfig", "--leader-elect=false", &format!("--secure-port={scheduler}")],
        )?;
        let peers = crate::root().join("conformance/peers");
        let stages = format!("--config={}", peers.join("stages.yaml").display());
        self.spawn("kwok", &["--kubeconfig=kubeconfig", "--manage-all-nodes=true", &stages])?;
        let node = peers.join("node.yaml");
        let applied = self.kubectl(&["apply", "-f", node.to_str().unwrap_or_default()])?;
        if applied.code != 0 {
            return Err(format!("the simulated node cannot be made: {}", applied.stderr));
        }
        let account = wait_until(Duration::from_secs(60), || {
            self.kubectl(&["get", "serviceaccount", "default"]).is_ok_and(|r| r.code == 0)
        });
        if account { Ok(()) } else { Err("the controllers made no default service account".to_owned()) }
    }

    fn write_kubeconfig(&self, port: u16) -> Result<(), String> {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: conformance\n\
             clusters:\n- name: conformance\n  cluster: {{server: \"https://127.0.0.1:{port}\", insecure-skip-tls-verify: true}}\n\
             users:\n- name: conformance\n  user: {{token: conformance}}\n\
             contexts:\n- name: conformance\n  context: {{cluster: conformance, user: conformance}}\n"
        );
        let path = self.kubeconfig();
        fs::write(&path, text).map_err(|e| e.to_string())?;
        // Helm warns about a kubeconfig that others can read.
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(|e| e.to_string())
    }

    fn spawn(&mut self, name: &'static str, args: &[&str]) -> Result<(), String> {
        let log = File::create(self.dir.path().join(format!("{name}.log"))).map_err(|e| e.to_string())?;
        let child = Command::new(self.bin.join(name))
            .args(args)
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|e| e.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("start {name}: {e}"))?;
        self.processes.push((name, child));
        Ok(())
    }

    fn log_tail(&self, name: &str) -> String {
        let text = fs::read_to_string(self.dir.path().join(format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for (_, child) in self.processes.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that nobody listens on. Another program may take one before it is used; the start then fails loudly.
fn free_ports(count: usize) -> Result<Vec<u16>, String> {
    let listeners: Result<Vec<TcpListener>, _> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let listeners = listeners.map_err(|e| e.to_string())?;
    listeners.iter().map(|l| l.local_addr().map(|a| a.port()).map_err(|e| e.to_string())).collect()
}
