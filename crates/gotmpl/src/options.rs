/// What a map lookup of a field does when the key is not there (Go's `missingkey` option).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MissingKey {
    /// Go on with no value, which prints as `<no value>` (`missingkey=default` and `invalid`).
    #[default]
    Default,
    /// Go on with the zero value of the map's element type (`missingkey=zero`).
    Zero,
    /// Stop with an error (`missingkey=error`).
    Error,
}

/// How templates of a set are parsed and executed (`Template.Option`, `Template.Delims`), and how far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Name of the set's root template (`template.New(name)`); one error text mentions it.
    pub name: String,
    /// What a missing map key does (`missingkey`).
    pub missing_key: MissingKey,
    /// Left and right action delimiter; an empty one stands for the default (`Template.Delims`).
    pub delims: (String, String),
    /// How deep templates may invoke one another: 100000 in Go. Executions started by functions count as well.
    pub max_depth: usize,
    /// The size in bytes that the output of one execution must not pass. Go has no such limit.
    pub max_output: usize,
    /// How many steps an execution may take, those that its functions start included. Go has no such limit and
    /// executes a `range` over a large integer for hours. A step is a statement, a turn of a loop or an invocation;
    /// text costs one more for each 64 bytes that are written or that a function gets or gives, so that this bounds
    /// memory as well as time.
    pub max_steps: u64,
    /// How many bytes may be held beyond what was held at the start, where a [`Budget`](crate::Budget) measures it.
    /// Go has no such limit.
    pub max_held: usize,
    /// How deep functions that execute templates may nest (Helm's `include` and `tpl`). In Go the native stack is the
    /// limit.
    pub max_nesting: usize,
    /// How many nodes the tree of one text may have. Go has no such limit.
    pub max_nodes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            name: String::new(),
            missing_key: MissingKey::Default,
            delims: (String::new(), String::new()),
            max_depth: 100_000,
            max_output: 1 << 27,
            max_steps: 100_000_000,
            max_held: 3 << 26,
            max_nesting: 5_000,
            max_nodes: 1 << 20,
        }
    }
}
