use std::fmt;
use std::str::FromStr;

/// Where records are kept: the values of `HELM_DRIVER`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// In Secrets; the default.
    #[default]
    Secrets,
    /// In ConfigMaps.
    ConfigMaps,
    /// In the memory of this process.
    Memory,
}

/// A value of `HELM_DRIVER` that names no driver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown driver \"{0}\"")]
pub struct UnknownDriver(pub String);

impl FromStr for Driver {
    type Err = UnknownDriver;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" | "secret" | "secrets" => Ok(Driver::Secrets),
            "configmap" | "configmaps" => Ok(Driver::ConfigMaps),
            "memory" => Ok(Driver::Memory),
            other => Err(UnknownDriver(other.to_owned())),
        }
    }
}

/// The name that Helm gives the driver in its messages.
impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Driver::Secrets => "Secret",
            Driver::ConfigMaps => "ConfigMap",
            Driver::Memory => "Memory",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_named_as_in_helm() {
        for (text, driver) in
            [("", Driver::Secrets), ("configmap", Driver::ConfigMaps), ("memory", Driver::Memory)]
        {
            assert_eq!(text.parse(), Ok(driver));
        }
        assert_eq!("etcd".parse::<Driver>().unwrap_err().to_string(), "unknown driver \"etcd\"");
    }
}
