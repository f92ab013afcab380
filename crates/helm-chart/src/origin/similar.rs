/// The name among candidates that was most likely meant: nearly the same letters, the same but for case and
/// separators, or one being the beginning of the other. Of equally good ones the first.
pub fn closest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == wanted || candidate.is_empty() {
            continue;
        }
        if let Some(score) = score(wanted, candidate)
            && best.is_none_or(|(least, _)| score < least)
        {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// How far a candidate is from what was written, 0 being next to it; `None` when nobody would mean it.
fn score(wanted: &str, candidate: &str) -> Option<usize> {
    let (a, b) = (letters(wanted), letters(candidate));
    if a == b {
        return Some(0);
    }
    let longer = a.len().max(b.len());
    let edits = distance(&a, &b);
    // Of two letters one may be anything.
    if longer > 2 && edits <= longer.div_ceil(4).min(4) {
        return Some(edits);
    }
    let shorter = a.len().min(b.len());
    let contained =
        shorter >= 3 && (a.starts_with(&b) || b.starts_with(&a) || a.ends_with(&b) || b.ends_with(&a));
    contained.then_some(10 + longer - shorter)
}

/// Letters and digits in small letters; very long names are cut off, as comparing takes the square of their length.
fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(100).collect()
}

/// Edits that turn one into the other: a letter put in, left out, replaced, or swapped with its neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut older = vec![0; b.len() + 1];
    let mut old: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut new = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = old[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            new[j] = replaced.min(old[j] + 1).min(new[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                new[j] = new[j].min(older[j - 2] + 1);
            }
        }
        older = std::mem::replace(&mut old, new);
    }
    old[b.len()]
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn what_was_meant_is_found() {
        for (wanted, candidates, meant) in [
            ("username", &["password", "user"][..], Some("user")),
            ("servceAccount", &["service", "serviceAccount"], Some("serviceAccount")),
            ("service_account", &["serviceAccount"], Some("serviceAccount")),
            ("tga", &["tag", "repository"], Some("tag")),
            ("replicas", &["replicaCount"], None),
            ("image", &["images", "replicaCount"], Some("images")),
            ("x", &["y"], None),
            ("n", &["on"], None),
            ("tag", &["tag"], None),
            ("foo", &["bar", ""], None),
        ] {
            assert_eq!(closest(wanted, candidates.iter().copied()), meant, "{wanted}");
        }
    }
}
