r"""Damian, Lee & Soltanolkotabi: *Neural Networks can Learn Representations with Gradient Descent* (COLT 2022).

The target $f(x) = g(Ux)$ is a polynomial of degree $p$ of $r$ directions of $x \sim N(0, I_d)$, with $E f^2 = 1$ and
average Hessian $H = E\nabla^2 f$. One large gradient step moves every neuron of a two-layer ReLU network to
$E[f(x)\,x\,1\{w\cdot x \ge 0\}]$, which to leading order is $Hw/\sqrt{2\pi}$: the features then span the relevant
directions.

One module a section; ``contents`` imports them in the order in which one statement rests on another.
"""
