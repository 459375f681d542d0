//! A walk over every part of a compiled script. The engine's own walk leaves out what follows `break` and the arms'
//! conditions of `switch` in some forms; a checker that leaves something out checks nothing.

use rhai::{Expr, FnCallExpr, Position, Stmt, StmtBlock};

/// A part of a script, as the checker sees it.
pub enum Node<'a> {
    /// A statement, before its parts.
    Statement(&'a Stmt),
    /// An expression, before its parts.
    Expression(&'a Expr),
    /// A call written `f(a)`, before its arguments.
    Call(&'a FnCallExpr, Position),
    /// A chain `a.b.c(d)` or `a[b]`: its root, its links in order, and for each link whether it is an index.
    Chain(&'a Expr, Vec<(&'a Expr, bool)>),
    /// The value that a `switch` looks at, and where the `switch` stands.
    Switch(&'a Expr, Position),
}

type Visit<'v> = dyn FnMut(Node<'_>) + 'v;

fn walk_block(block: &StmtBlock, visit: &mut Visit<'_>) {
    for statement in block.iter() {
        walk_statement(statement, visit);
    }
}

/// Walks a statement.
pub fn walk_statement(statement: &Stmt, visit: &mut Visit<'_>) {
    visit(Node::Statement(statement));
    match statement {
        Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, _, _) | Stmt::TryCatch(flow, _) => {
            walk_expr(&flow.expr, visit);
            walk_block(&flow.body, visit);
            walk_block(&flow.branch, visit);
        }
        Stmt::For(parts, _) => {
            walk_expr(&parts.2.expr, visit);
            walk_block(&parts.2.body, visit);
            walk_block(&parts.2.branch, visit);
        }
        Stmt::Switch(parts, position) => {
            visit(Node::Switch(&parts.0, *position));
            walk_expr(&parts.0, visit);
            for arm in &parts.1.expressions {
                walk_expr(&arm.lhs, visit);
                walk_expr(&arm.rhs, visit);
            }
        }
        Stmt::Var(parts, _, _) => walk_expr(&parts.1, visit),
        Stmt::Assignment(parts) => {
            walk_expr(&parts.1.lhs, visit);
            walk_expr(&parts.1.rhs, visit);
        }
        Stmt::FnCall(call, position) => walk_call(call, *position, visit),
        Stmt::Block(block) => walk_block(block, visit),
        Stmt::Expr(expr) => walk_expr(expr, visit),
        Stmt::BreakLoop(Some(expr), _, _) | Stmt::Return(Some(expr), _, _) => walk_expr(expr, visit),
        Stmt::Import(parts, _) => walk_expr(&parts.0, visit),
        _ => {}
    }
}

fn walk_call(call: &FnCallExpr, position: Position, visit: &mut Visit<'_>) {
    visit(Node::Call(call, position));
    for argument in &call.args {
        walk_expr(argument, visit);
    }
}

fn walk_expr(expr: &Expr, visit: &mut Visit<'_>) {
    visit(Node::Expression(expr));
    match expr {
        Expr::Stmt(block) => walk_block(block, visit),
        Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
            for part in parts.iter() {
                walk_expr(part, visit);
            }
        }
        Expr::Map(parts, _) => {
            for (_, value) in &parts.0 {
                walk_expr(value, visit);
            }
        }
        Expr::Dot(..) | Expr::Index(..) => walk_chain(expr, visit),
        Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
            for part in parts.iter() {
                walk_expr(part, visit);
            }
        }
        Expr::FnCall(call, position) => walk_call(call, *position, visit),
        Expr::MethodCall(call, _) => {
            for argument in &call.args {
                walk_expr(argument, visit);
            }
        }
        Expr::Custom(custom, _) => {
            for part in &custom.inputs {
                walk_expr(part, visit);
            }
        }
        _ => {}
    }
}

/// The root of a chain and its links in order, each with whether it is an index. A chain is nested to the right, `a.(b.(c))`;
/// flattened, a checker sees what stands before what. `None` for any other expression.
pub fn chain(expr: &Expr) -> Option<(&Expr, Vec<(&Expr, bool)>)> {
    let (Expr::Dot(pair, _, _) | Expr::Index(pair, _, _)) = expr else {
        return None;
    };
    let root = &pair.lhs;
    let mut links: Vec<(&Expr, bool)> = Vec::new();
    let mut by_index = matches!(expr, Expr::Index(..));
    let mut rest = &pair.rhs;
    let mut ends = ends_here(expr);
    loop {
        match rest {
            Expr::Dot(pair, _, _) | Expr::Index(pair, _, _) if !ends => {
                links.push((&pair.lhs, by_index));
                by_index = matches!(rest, Expr::Index(..));
                ends = ends_here(rest);
                rest = &pair.rhs;
            }
            _ => {
                links.push((rest, by_index));
                break;
            }
        }
    }
    Some((root, links))
}

fn walk_chain(expr: &Expr, visit: &mut Visit<'_>) {
    let Some((root, links)) = chain(expr) else {
        return;
    };
    visit(Node::Chain(root, links.clone()));
    walk_expr(root, visit);
    for (link, by_index) in links {
        match link {
            Expr::Property(..) if !by_index => {}
            Expr::MethodCall(call, _) if !by_index => {
                for argument in &call.args {
                    walk_expr(argument, visit);
                }
            }
            _ => walk_expr(link, visit),
        }
    }
}

/// Whether the chain stops at this link: the index of `a[b.c]` is an expression of its own.
fn ends_here(expr: &Expr) -> bool {
    match expr {
        Expr::Dot(_, flags, _) | Expr::Index(_, flags, _) => flags.contains(rhai::ASTFlags::BREAK),
        _ => true,
    }
}

/// The name of a variable without a module; `None` for any other expression.
pub fn variable_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Variable(parts, _, _) if parts.2.is_empty() => Some(&parts.1),
        _ => None,
    }
}
