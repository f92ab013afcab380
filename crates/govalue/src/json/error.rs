use std::fmt;

/// JSON that cannot be read, or a value that JSON cannot hold. `Display` is Go's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JsonError {
    /// Not JSON (`json.SyntaxError`).
    Syntax {
        /// What is wrong.
        message: String,
        /// How many bytes were read.
        offset: usize,
    },
    /// JSON of another type than wanted (`json.UnmarshalTypeError`).
    Type {
        /// What stands there, as `array` or `number 1e999`.
        found: String,
        /// The Go type that cannot hold it.
        wanted: &'static str,
    },
    /// A type's own method failed (`json.MarshalerError`).
    Marshaler {
        /// The Go type.
        type_name: String,
        /// What the method said.
        message: String,
    },
    /// A type that has no JSON form (`json.UnsupportedTypeError`).
    UnsupportedType(String),
    /// A value that has no JSON form, as `NaN` (`json.UnsupportedValueError`).
    UnsupportedValue(String),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::Syntax { message, .. } => f.write_str(message),
            JsonError::Type { found, wanted } => {
                write!(f, "json: cannot unmarshal {found} into Go value of type {wanted}")
            }
            JsonError::Marshaler { type_name, message } => {
                write!(f, "json: error calling MarshalJSON for type {type_name}: {message}")
            }
            JsonError::UnsupportedType(name) => write!(f, "json: unsupported type: {name}"),
            JsonError::UnsupportedValue(text) => write!(f, "json: unsupported value: {text}"),
        }
    }
}

impl std::error::Error for JsonError {}
