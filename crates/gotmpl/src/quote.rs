/// A string as Go's `%q` prints it.
pub(crate) fn quote(s: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(s))
}
