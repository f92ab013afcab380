//! Keywords that ask other schemas about the same value.

use super::Step;
use crate::error::Kind;

impl Step<'_, '_, '_> {
    pub(super) fn check_choices(&mut self) {
        let schema = self.schema();
        if schema.not.is_some_and(|id| self.aside(id, "", true).is_ok()) {
            self.add(Kind::Not);
        }
        let mut failures = Vec::new();
        for id in &schema.all_of {
            failures.extend(self.aside(*id, "", false).err());
            if self.quiet && !failures.is_empty() {
                break;
            }
        }
        if !failures.is_empty() {
            self.add_all(failures, Kind::AllOf);
        }
        self.check_any();
        self.check_one();
        if let Some(condition) = schema.condition {
            let branch = if self.aside(condition, "", true).is_ok() { schema.then } else { schema.otherwise };
            if let Some(id) = branch {
                let result = self.aside(id, "", false);
                self.note(result);
            }
        }
    }

    fn check_any(&mut self) {
        let schema = self.schema();
        let (mut matched, mut failures) = (schema.any_of.is_empty(), Vec::new());
        for id in &schema.any_of {
            match self.aside(*id, "", false) {
                Err(failure) => failures.push(failure),
                Ok(()) => {
                    matched = true;
                    // What is still open may be spoken of by the others.
                    if self.open.is_empty() {
                        break;
                    }
                }
            }
        }
        if !matched {
            self.add_all(failures, Kind::AnyOf);
        }
    }

    fn check_one(&mut self) {
        let schema = self.schema();
        let (mut matched, mut failures) = (None, Vec::new());
        for (at, id) in schema.one_of.iter().enumerate() {
            match (self.aside(*id, "", matched.is_some()), matched) {
                (Err(failure), None) => failures.push(failure),
                (Err(_), Some(_)) => {}
                (Ok(()), None) => matched = Some(at),
                (Ok(()), Some(first)) => {
                    self.add(Kind::OneOf(Some((first, at))));
                    break;
                }
            }
        }
        if matched.is_none() && !schema.one_of.is_empty() {
            self.add_all(failures, Kind::OneOf(None));
        }
    }
}
