//! Random templates must fare as they do in Go: `CASES` sets their number, `SEED` repeats a run.

use helm_testkit::random;

use crate::generate::Generator;
use crate::judge::{Case, Verdict, compare, oracle};

/// Pairs for a part of the cases.
const DELIMS: [(&str, &str); 5] = [("<<", ">>"), ("[[", "]]"), ("<%", "%>"), ("{%", "}}"), ("@@", "@@")];

#[test]
fn random_templates_agree_with_go() {
    let (cases, seed) = (random::cases(3_000) as u64, random::seed());
    println!("SEED={seed} CASES={cases}");
    let mut oracle = oracle();
    let (mut verdict, mut done) = (Verdict::default(), 0);
    while done < cases {
        let batch: Vec<Case> = (done..(done + 1_000).min(cases))
            .map(|i| {
                let case = Generator::new(seed.wrapping_add(i * 0x1_0001)).case();
                if i % 16 == 0 { case.with_delims(DELIMS[i as usize / 16 % DELIMS.len()]) } else { case }
            })
            .collect();
        done += batch.len() as u64;
        compare(&mut oracle, &batch, &mut verdict);
        if verdict.differences.len() > 20 {
            break;
        }
    }
    let Verdict { parse_errors, execution_errors, rendered, differences } = verdict;
    println!("rendered: {rendered}, execution errors: {execution_errors}, parse errors: {parse_errors}");
    assert!(rendered * 2 > done as usize, "SEED={seed}: only {rendered} of {done} random templates rendered");
    assert!(
        differences.is_empty(),
        "SEED={seed}: {} of {done} differ:\n{}",
        differences.len(),
        differences[..differences.len().min(8)].join("\n")
    );
}
