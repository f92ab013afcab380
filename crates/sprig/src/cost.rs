//! What functions cost beyond the size of what they get and give, in steps of [`gotmpl::Options::max_steps`]: about
//! 100 nanoseconds each.

use govalue::Value;

use crate::convert;
use crate::panics::MAX_ITEMS;

type Cost = fn(&[Value]) -> u64;

/// The cost of a call of the function of that name, where its arguments and result do not tell.
pub(crate) fn of(name: &str) -> Option<Cost> {
    Some(match name {
        // Measured: from 40 to 60 milliseconds.
        "bcrypt" | "htpasswd" => |_| 900_000,
        "derivePassword" => |_| 7_000_000,
        "genPrivateKey" => private_key,
        "genCA" | "genSelfSignedCert" | "genSignedCert" => |_| 2_500_000,
        "genCAWithKey" | "genSelfSignedCertWithKey" | "genSignedCertWithKey" | "buildCustomCert" => {
            |_| 50_000
        }
        "encryptAES" | "decryptAES" => |args| bytes(args) / 16,
        "sha1sum" | "sha256sum" | "sha512sum" | "adler32sum" => |args| bytes(args) / 24,
        // A random number for each byte.
        "shuffle" => |args| bytes(args) * 8,
        "randAlphaNum" | "randAlpha" | "randNumeric" | "randAscii" | "randBytes" => {
            |args| count(args, 0).saturating_mul(4)
        }
        // Each element is compared with those before it.
        "uniq" | "mustUniq" => |args| items(args) * items(args) / 4,
        "without" | "mustWithout" => |args| items(args) * args.len() as u64,
        "has" | "mustHas" => |args| args.get(1).map_or(0, length),
        "sortAlpha" | "toStrings" | "join" => |args| items(args) + args.last().map_or(0, length),
        "deepCopy" | "mustDeepCopy" | "merge" | "mustMerge" | "mergeOverwrite" | "mustMergeOverwrite" => {
            |args| values(args) * 4
        }
        "toJson" | "toRawJson" | "toPrettyJson" | "mustToJson" | "mustToRawJson" | "mustToPrettyJson" => {
            values
        }
        "keys" | "values" | "pick" | "omit" | "pluck" => |args| values_at_top(args) * 4,
        _ => return None,
    })
}

fn private_key(args: &[Value]) -> u64 {
    match args.first().and_then(Value::as_str).map(|kind| kind.as_bytes()) {
        // Parameters of its own.
        Some(b"dsa") => 30_000_000,
        // 4096 bits.
        Some(b"rsa" | b"") => 15_000_000,
        _ => 20_000,
    }
}

fn bytes(args: &[Value]) -> u64 {
    args.iter().filter_map(Value::as_str).map(|s| s.len() as u64).sum()
}

fn count(args: &[Value], at: usize) -> u64 {
    args.get(at).map_or(0, convert::to_int64).max(0) as u64
}

fn items(args: &[Value]) -> u64 {
    args.first().map_or(0, length)
}

fn length(value: &Value) -> u64 {
    convert::elements(value).map_or(0, |items| items.len() as u64)
}

/// Entries of the maps.
fn values_at_top(args: &[Value]) -> u64 {
    args.iter().map(|arg| if let Value::Map(map) = arg { map.len() as u64 } else { 0 }).sum()
}

/// All values in the arguments, as far as functions go on.
fn values(args: &[Value]) -> u64 {
    let (mut open, mut count) = (args.to_vec(), 0);
    while let Some(value) = open.pop().filter(|_| count < MAX_ITEMS as u64) {
        count += 1;
        match value {
            Value::Map(map) => open.extend(map.snapshot().iter().map(|(_, value)| value.clone())),
            Value::List(list) => open.extend(list.items().iter().cloned()),
            _ => {}
        }
    }
    count
}
