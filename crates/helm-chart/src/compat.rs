/// Which Helm to behave like where the two differ: `HELM_COMPAT=3` or `4`.
///
/// Read once at the rim and passed down as a value; nothing below reads the environment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Compat {
    /// Helm 3.22.0.
    V3,
    /// Helm 4.3.1, the default.
    #[default]
    V4,
}
