//! Keywords about texts and numbers.

use super::Step;
use crate::error::Kind;
use crate::number::Decimal;

impl Step<'_, '_, '_> {
    pub(super) fn check_text(&mut self, text: &str) {
        let schema = self.schema();
        if schema.min_length.is_some() || schema.max_length.is_some() {
            let got = text.chars().count();
            if let Some(want) = schema.min_length.filter(|want| (got as i64) < *want) {
                self.add(Kind::MinLength { got, want });
            }
            if let Some(want) = schema.max_length.filter(|want| got as i64 > *want) {
                self.add(Kind::MaxLength { got, want });
            }
        }
        if let Some((regex, want)) = &schema.pattern
            && !regex.is_match(text.as_bytes())
        {
            self.add(Kind::Pattern { got: text.to_owned(), want });
        }
    }

    pub(super) fn check_number(&mut self, number: &str) {
        let schema = self.schema();
        let limits = [&schema.minimum, &schema.maximum, &schema.exclusive_minimum, &schema.exclusive_maximum];
        if limits.iter().all(|limit| limit.is_none()) && schema.multiple_of.is_none() {
            return;
        }
        let Some(got) = Decimal::parse(number) else { return };
        let mut check =
            |keyword: &'static str, want: &Option<Decimal>, fits: fn(&Decimal, &Decimal) -> bool| {
                if let Some(want) = want.as_ref().filter(|want| !fits(&got, want)) {
                    self.add(Kind::Number { keyword, got: got.as_float(), want: want.as_float() });
                }
            };
        check("minimum", &schema.minimum, |got, want| got >= want);
        check("maximum", &schema.maximum, |got, want| got <= want);
        check("exclusiveMinimum", &schema.exclusive_minimum, |got, want| got > want);
        check("exclusiveMaximum", &schema.exclusive_maximum, |got, want| got < want);
        check("multipleOf", &schema.multiple_of, Decimal::is_multiple_of);
    }
}
