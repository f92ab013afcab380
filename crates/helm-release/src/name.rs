/// The longest name of a release: what is left of a DNS label for the suffixes of generated names.
const MAX_LENGTH: usize = 53;

/// The pattern that Helm's message shows.
const PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// Why a text cannot be the name of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is none.
    #[error("no name provided")]
    Missing,
    /// It is too long or has other characters than small letters, digits, `-` and `.`.
    #[error(
        "invalid release name, must match regex {PATTERN} and the length must not be longer than {MAX_LENGTH}"
    )]
    Invalid,
}

/// Checks the name of a release: a DNS subdomain of at most 53 bytes (Helm's `ValidateReleaseName`).
pub fn validate_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Missing);
    }
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|b| alphanumeric(*b))
            && bytes.last().is_some_and(|b| alphanumeric(*b))
            && bytes.iter().all(|b| alphanumeric(*b) || *b == b'-')
    };
    if name.len() <= MAX_LENGTH && name.split('.').all(label) { Ok(()) } else { Err(NameError::Invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_subdomains() {
        for good in ["a", "my-app", "a.b", "0", "a--b", "x".repeat(53).as_str()] {
            assert_eq!(validate_name(good), Ok(()), "{good}");
        }
        for bad in ["A", "-a", "a-", "a..b", ".", "a_b", "ä", "a.-b", "x".repeat(54).as_str()] {
            assert_eq!(validate_name(bad), Err(NameError::Invalid), "{bad}");
        }
        assert_eq!(validate_name(""), Err(NameError::Missing));
    }
}
