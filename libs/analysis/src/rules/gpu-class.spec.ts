import { describe, expect, it } from '@jest/globals';
import { gpuClassOf } from './gpu-class.js';

describe('gpuClassOf', () => {
  it.each([
    ['NVIDIA H100 80GB HBM3', 'data-centre'],
    ['NVIDIA A100-SXM4-80GB', 'data-centre'],
    ['NVIDIA A10G', 'data-centre'],
    ['NVIDIA L40S', 'data-centre'],
    ['Tesla T4', 'data-centre'],
    ['GRID K520', 'data-centre'],
    ['NVIDIA GH200 480GB', 'data-centre'],
    ['NVIDIA B200', 'data-centre'],
    ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'data-centre'],
    ['NVIDIA RTX A6000', 'workstation'],
    ['NVIDIA RTX 6000 Ada Generation', 'workstation'],
    ['NVIDIA T1000 8GB', 'workstation'],
    ['Quadro P2000', 'workstation'],
    ['NVIDIA GeForce RTX 4090', 'consumer'],
    ['NVIDIA TITAN RTX', 'consumer'],
    ['Prototype', null],
    [null, null],
  ])('puts %s among %s', (name, expected) => {
    expect(gpuClassOf(name)).toBe(expected);
  });
});
